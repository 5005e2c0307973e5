"""new-feed."""
def write_feed(town, feed, *, sample=None): raise NotImplementedError
