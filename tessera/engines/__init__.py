"""External engines by name: where to find each program, and how to make it play by our rules.

A profile is a TOML file. Ours come with the package (`tessera/profiles`); `./engines` and then the folder
named by $TESSERA_ENGINES may add more, or replace one of the same name. A profile is data: nothing in it is
run except the program it names, with the arguments it lists. Start reading at `profile`; `files` reads them.
"""

from tessera.engines.files import VARIABLE, load_profile, load_profiles, read_profile
from tessera.engines.profile import Profile, program_variable

__all__ = ["VARIABLE", "Profile", "load_profile", "load_profiles", "program_variable", "read_profile"]
