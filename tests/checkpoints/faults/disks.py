"""Disks of our own, for root: a full tmpfs, a disk that answers EIO, and one whose power is cut.

The power cut: a file system in a file, mounted through a loop device and shut down in the middle of saves by the ioctl
that xfstests uses (FS_IOC_SHUTDOWN without a flush of the log). Whatever had not reached the device is gone; then it
is mounted again and its journal replayed. What must be found is what was reported before the cut: the process lives on
for a moment as it would not without power, and xfs answers the fsync of a folder with success when its log was just
thrown away. Not modelled: writes that a disk has taken and holds in a cache of its own,
which a file system has flushed in each fsync.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tessera.errors import NotCommitted
from tests.checkpoints.faults.judge import NotHere, Saver, Tally, save

SHUTDOWN = 0x8004587D
"""_IOR('X', 125, uint32)"""
WITHOUT_LOG = struct.pack("I", 2)
MKFS = {
    "ext4": (["mkfs.ext4", "-q", "-F"], ["noauto_da_alloc", "commit=60"]),
    "xfs": (["mkfs.xfs", "-q", "-f"], []),
}
"""How to make each kind, and mount options; ext4's leave out what it does for programs that forget fsync."""
MIB = 2**20


def full(folder: Path, trials: int) -> Tally:
    """A tmpfs with a few KiB too little for a save, a page more each time; then with enough."""
    tally = Tally("tmpfs full in the middle of a save")
    with mounted(folder / "small", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as disk:
        target, filler, step = disk / "net.pth", disk / "filler", 0
        save(target, step)
        pages = (target.stat().st_size - 1) // 4096
        for trial in range(trials):
            free = 4096 * (trial * pages // trials)
            filler.write_bytes(b"\1" * (shutil.disk_usage(disk).free - free))
            tally.trials += 1
            tally.within += 1
            tally.misreported += not _refused(target, step + 1, "No space left")
            tally.left_behind += set(disk.iterdir()) != {target, filler}
            tally.judge(target, least=step, most=step)
            filler.unlink()
            step += 2
            tally.save_again(target, step=step)
    return tally


def broken(folder: Path, trials: int) -> Tally:
    """A disk that turns out smaller than it says (a sparse file on a full tmpfs), so that fsync answers EIO."""
    tally, dice = Tally("EIO of the disk in fsync (ext4)"), random.Random(7)
    for _ in range(trials):
        with mounted(folder / "backing", "-t", "tmpfs", "-o", "size=16m", "tmpfs") as backing:
            image, filler, where = disk_image(backing / "image", "ext4", 64 * MIB), backing / "filler", folder / "disk"
            with mounted(where, "-o", "loop", str(image)) as disk:
                target = disk / "net.pth"
                save(target, 1)
                os.sync()
                filler.write_bytes(b"\1" * (shutil.disk_usage(backing).free - 4096 * dice.randrange(30)))
                tally.trials += 1
                tally.within += 1
                tally.misreported += not _refused(target, 2, "Input/output error")
                tally.judge(target, least=1, most=1)
                filler.unlink()
            with mounted(where, "-o", "loop", str(image)) as disk:
                tally.judge(disk / "net.pth", least=1, most=1)
                tally.save_again(disk / "net.pth", step=3)
    return tally


def power_cuts(folder: Path, trials: int, *, kind: str = "ext4", synced: bool = True) -> Tally:
    """The power is cut while a process saves. `synced=False` makes fsync do nothing, to see that this loses files."""
    tally = Tally(f"power cut ({kind})" + ("" if synced else ", with fsync left out: must lose files"))
    dice, step, options = random.Random(11), 0, ",".join(["loop", *MKFS[kind][1]])
    image = disk_image(folder / "image", kind, (64 if kind == "ext4" else 512) * MIB)
    with mounted(folder / "disk", "-o", options, str(image)) as disk:
        save(disk / "net.pth", step)
        os.sync()
    for _ in range(trials):
        with mounted(folder / "disk", "-o", options, str(image)) as disk:
            saver = Saver(disk / "net.pth", first=step + 1, before=lambda: None if synced else _leave_out_fsync())
            saver.wait_for_a_save()
            time.sleep(0.05 * dice.random())
            done = saver.done()
            _cut_power(disk)
            end = saver.end(signal.SIGKILL)
        with mounted(folder / "disk", "-o", options, str(image)) as disk:
            target = disk / "net.pth"
            tally.trials += 1
            tally.within += any(disk.glob(".*")) or end.begun > end.done
            tally.judge(target, least=done, most=end.begun)
            step = end.begun + 1
            tally.save_again(target, step=step)
    return tally


@contextmanager
def mounted(where: Path, *words: str) -> Iterator[Path]:
    """`mount` with these words, unmounted in the end."""
    where.mkdir(exist_ok=True)
    _root("mount", *words, str(where))
    try:
        yield where
    finally:
        for attempt in range(50):  # a killed process may still have a file open
            if subprocess.run(["umount", str(where)], capture_output=attempt < 49, check=attempt == 49).returncode == 0:
                break
            time.sleep(0.02)


def disk_image(path: Path, kind: str, size: int) -> Path:
    """A file of `size` bytes with an empty file system in it."""
    with path.open("wb") as file:
        file.truncate(size)
    _root(*MKFS[kind][0], str(path))
    return path


def _root(*command: str) -> None:
    if os.geteuid() != 0:
        raise NotHere("needs root, to mount a disk of its own")
    found = shutil.which(command[0], path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if found is None:
        raise NotHere(f"needs {command[0]}")
    done = subprocess.run([found, *command[1:]], capture_output=True, text=True)
    if done.returncode:
        raise NotHere(f"{' '.join(command[:3])}: {done.stderr.strip()}")


def _cut_power(disk: Path) -> None:
    descriptor = os.open(disk, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, SHUTDOWN, WITHOUT_LOG)
    finally:
        os.close(descriptor)


def _leave_out_fsync() -> None:
    os.fsync = lambda descriptor: None  # type: ignore[assignment]


def _refused(target: Path, step: int, words: str) -> bool:
    """Whether a save says that it changed nothing, and why."""
    try:
        save(target, step)
    except NotCommitted as error:
        return words in str(error)
    return False
