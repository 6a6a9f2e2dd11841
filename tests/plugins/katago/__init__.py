"""KataGo's networks: files that the tests write (`written`), and what KataGo says of them (`numbers.npz`)."""
