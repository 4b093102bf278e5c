"""What runs in real sandboxes: kernels, frozen copies, reruns."""
