"""new-town."""
def write_town(name, *, areas=None, folder=None): raise NotImplementedError
