#!/bin/bash -eu
# What ClusterFuzzLite and OSS-Fuzz run in the image that Dockerfile makes.
exec "$SRC/cnnspec/fuzz/oss_fuzz/build.sh"
