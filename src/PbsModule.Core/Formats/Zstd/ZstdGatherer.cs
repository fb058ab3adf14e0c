namespace PbsModule.Core.Formats;

/// <summary>Collects parts of a known length out of input that arrives in pieces; a part that lies in one piece is not copied.</summary>
internal struct ZstdGatherer
{
    private byte[]? _buffer;
    private int _held;

    /// <summary>Bytes of the input before the part under way.</summary>
    public long Offset { get; private set; }

    /// <summary>What there is of the part under way.</summary>
    public readonly ReadOnlySpan<byte> Held => _buffer.AsSpan(0, _held);

    public readonly bool IsEmpty => _held == 0;

    public void Reset()
    {
        _held = 0;
        Offset = 0;
    }

    /// <summary>Takes a part, or all of the input where that does not complete it.</summary>
    /// <param name="input">What is taken goes from its front.</param>
    /// <param name="length">Of the part; at most a block.</param>
    /// <param name="part">Valid until the next call, at most as long as the input is.</param>
    public bool TryTake(ref ReadOnlySpan<byte> input, int length, out ReadOnlySpan<byte> part)
    {
        if (_held == 0 && input.Length >= length)
        {
            part = input[..length];
            input = input[length..];
            Offset += length;
            return true;
        }

        bool whole = TryHold(ref input, length);
        part = Held;
        if (whole) Release();
        return whole;
    }

    /// <summary>As <see cref="TryTake"/>, but the part stays under way: it may turn out to be longer.</summary>
    public bool TryHold(ref ReadOnlySpan<byte> input, int length)
    {
        _buffer ??= GC.AllocateUninitializedArray<byte>(ZstdFrameHeader.LargestBlock);
        int more = Math.Min(length - _held, input.Length);
        input[..more].CopyTo(_buffer.AsSpan(_held));
        input = input[more..];
        _held += more;
        return _held == length;
    }

    /// <summary>Ends the part that was held.</summary>
    public void Release()
    {
        Offset += _held;
        _held = 0;
    }

    /// <summary>Passes over input that is of no interest.</summary>
    public void Pass(ref ReadOnlySpan<byte> input, int length)
    {
        input = input[length..];
        Offset += length;
    }
}
