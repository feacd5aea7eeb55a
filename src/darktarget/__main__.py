"""``python -m darktarget``: the command line."""

from darktarget.interface.cli import main

if __name__ == "__main__":
    main()
