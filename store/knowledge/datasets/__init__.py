"""Datasets as they are stated: by path, by DVC, by URL, by Hugging Face name; and whether they still are the same.

Nothing here imports DVC or huggingface_hub, or opens a connection.
"""
