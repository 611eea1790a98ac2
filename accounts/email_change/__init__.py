"""Another address for codes and security notices: proved by a code, and stoppable by whoever reads the old one."""
