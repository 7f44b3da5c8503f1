"""Which characters can be written down wherever a name has to go, XML 1.0 above all (section 2.2, Char)."""

UNWRITABLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
