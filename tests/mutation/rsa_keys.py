"""RSA keys made before forking. A forked process has no cached key pairs yet, and would spend its time on them."""

from collections import defaultdict

from cryptography.hazmat.primitives.asymmetric import rsa

MADE = {2048: 30, 1024: 3, 3072: 3}  # bits: more than the tests of one function use


def make():
    """Let `rsa.generate_private_key` return keys made now, each of them once in a process."""
    generate = rsa.generate_private_key
    keys = defaultdict(list, {bits: [generate(65537, bits) for _ in range(count)] for bits, count in MADE.items()})

    def made(public_exponent, key_size):
        return keys[key_size].pop() if keys[key_size] else generate(public_exponent, key_size)

    rsa.generate_private_key = made
