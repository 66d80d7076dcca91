"""Trains a small reader from a large one; see `train.py`. Needs PyTorch and onnx."""
