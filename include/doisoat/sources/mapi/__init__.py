"""The exchange protocol of the national platform: its sessions, and the rows of its answers."""
