namespace PbsModule.Core.Formats;

/// <summary>The last three offsets, which sequences can name without writing them out (RFC 8878, 3.1.1.5).</summary>
internal struct RepeatedOffsets
{
    public uint First;
    public uint Second;
    public uint Third;

    /// <summary>What a frame begins with.</summary>
    public static RepeatedOffsets Initial => new() { First = 1, Second = 4, Third = 8 };
}
