"""What a plugin may implement: Protocols and frozen dataclasses, and no behaviour.

Nothing here imports torch; tensors are named in annotations only.
"""
