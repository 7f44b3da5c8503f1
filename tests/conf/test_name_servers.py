"""How long the system waits for a name server, read from glibc's own state."""

import ctypes

RETRANS, RETRY = 0, 1
"""The first two numbers of `struct __res_state` in resolv.h: seconds for each attempt, and attempts."""


def test_a_name_server_that_never_answers_is_given_up_after_2_seconds():
    libc = ctypes.CDLL(None)
    libc["__res_init"]()
    state = libc["__res_state"]
    state.restype = ctypes.POINTER(ctypes.c_int)
    assert state()[RETRANS] * state()[RETRY] == 2
