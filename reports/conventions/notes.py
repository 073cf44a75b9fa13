"""What a difference means for whoever judges a kernel of that library. A note is printed only if one of its questions came out
differently somewhere; its commands are run, and must end with the status that is stated."""

NOTES = []
