"""The characters that a name must not hold, because XML 1.0 cannot hold them (section 2.2, Char)."""

UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
