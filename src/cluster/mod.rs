//! The only owner of a kube::Client: discovery, get, list, dry run, apply, delete, watch.
