"""A deployment file: which mapping runs, against which hosts, with which credentials."""
