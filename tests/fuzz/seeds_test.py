"""seeds_test.py MAKE_SEEDS FUZZ_FOLDER: the corpora must hold the seeds that make_seeds writes, byte for byte. Then the
meaning of inputs has not changed since they were committed."""

import pathlib
import shutil
import subprocess
import sys
import tempfile


def differences(corpora, seeds):
    """The seeds that are not in the corpora, or have another content there."""
    different = []
    for seed in sorted(path for path in seeds.rglob("*") if path.is_file()):
        committed = corpora / seed.relative_to(seeds)
        if not committed.exists() or committed.read_bytes() != seed.read_bytes():
            different.append(str(seed.relative_to(seeds)))
    return different


def test_differences_are_found(seeds, folder):
    shutil.copytree(seeds, folder)
    (folder / "layer" / "of-the-fuzzer").write_bytes(b"x")
    assert differences(folder, seeds) == []
    some = sorted(path for path in seeds.rglob("*") if path.is_file())
    for path in (some[0], some[-1]):
        copy = folder / path.relative_to(seeds)
        copy.write_bytes(bytes(reversed(path.read_bytes())))
        assert differences(folder, seeds) == [str(path.relative_to(seeds))]
        copy.unlink()
        assert differences(folder, seeds) == [str(path.relative_to(seeds))]
        shutil.copy(path, copy)


with tempfile.TemporaryDirectory() as temporary:
    make_seeds, fuzz, seeds = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(temporary, "seeds")
    subprocess.run([make_seeds, fuzz / "seeds", seeds], check=True)
    test_differences_are_found(seeds, pathlib.Path(temporary, "corpora"))
    different = differences(fuzz / "corpus", seeds)
    if different:
        sys.exit(f"{len(different)} seeds differ from those in {fuzz / 'corpus'}: {', '.join(different[:10])}\n"
                 "If the format changed on purpose, regenerate the corpora (fuzz/README.md)")
