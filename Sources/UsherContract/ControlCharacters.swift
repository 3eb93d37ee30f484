extension Unicode.Scalar {
    /// Whether it is a control character: of ASCII, or of those that ISO 8859 has added. They say nothing to a reader,
    /// end texts in what is written in C, and move a terminal's cursor. Source: Unicode, general category Cc.
    public var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }

    /// Whether a line ends with it: LF, VT, FF, CR and NEL among the control characters, and the two that Unicode has
    /// added.
    public var isLineBreak: Bool { 0x0A...0x0D ~= value || value == 0x85 || 0x2028...0x2029 ~= value }
}
