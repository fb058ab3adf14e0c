namespace PbsModule.Core.Formats;

/// <summary>
/// Zstandard frames that arrive in pieces, to bytes that leave in pieces, without any library. The data of a frame is kept as far back as its
/// window reaches. Memory grows with what was really decoded, up to the window and a quarter (at least one block, at most another window more).
/// </summary>
internal sealed class ManagedZstdPieces
{
    /// <summary>The largest window a frame may ask for: 128 MiB, libzstd's own default and the size of the largest blob.</summary>
    private const long LargestWindow = 1L << 27;

    private const int SmallestBuffer = 64 << 10;
    private const int CheapWindow = 8 << 20;
    private const int LargestKept = 2 * CheapWindow + ZstdFrameHeader.LargestBlock;

    /// <summary>Lets copies run in whole steps up to the end of the data.</summary>
    private const int Slack = 32;

    private readonly ZstdBlock _block = new();
    private ZstdGatherer _input;
    private byte[] _window = [];
    private Stage _stage;
    private ZstdFrameHeader _frame;
    private ZstdBlockHeader _header;
    private Xxh64 _hash;
    private long _skipped;
    private long _decoded;
    private int _end;
    private int _delivered;
    private bool _anyFrame;

    private enum Stage
    {
        Frame,
        Skipped,
        Block,
        Content,
        Checksum,
    }

    /// <summary>Begins a text; whatever was under way is forgotten.</summary>
    public void Start()
    {
        _input.Reset();
        _stage = Stage.Frame;
        _end = _delivered = 0;
        _anyFrame = false;
        if (_window.Length > LargestKept) _window = [];
    }

    /// <summary>Takes from <paramref name="input"/> and fills <paramref name="output"/> as far as both reach.</summary>
    /// <exception cref="PbsFormatException">The frames are damaged or ask for too large a window.</exception>
    public void Push(ReadOnlySpan<byte> input, Span<byte> output, out int consumed, out int written)
    {
        ReadOnlySpan<byte> rest = input;
        written = 0;
        do
        {
            int length = Math.Min(_end - _delivered, output.Length - written);
            _window.AsSpan(_delivered, length).CopyTo(output[written..]);
            _delivered += length;
            written += length;
        }
        while (_delivered == _end && Advance(ref rest));

        consumed = input.Length - rest.Length;
    }

    /// <summary>Ends a text.</summary>
    /// <exception cref="PbsFormatException">The last frame is incomplete, or there was none.</exception>
    public void Finish()
    {
        if (!_anyFrame || _stage != Stage.Frame || !_input.IsEmpty || _delivered < _end) throw ZstdDamage.Incomplete();
    }

    /// <summary>One step of the format; false where it takes more input. What was decoded before has been delivered.</summary>
    private bool Advance(ref ReadOnlySpan<byte> input)
    {
        switch (_stage)
        {
            case Stage.Frame: return BeginFrame(ref input);
            case Stage.Skipped: return Skip(ref input);
            case Stage.Block:
                long offset = _input.Offset;
                if (!_input.TryTake(ref input, ZstdBlockHeader.Length, out ReadOnlySpan<byte> bytes)) return false;
                _header = ZstdBlockHeader.Parse(bytes, _frame.BlockSize, offset);
                _stage = Stage.Content;
                return true;
            case Stage.Content: return DecodeBlock(ref input);
            default:
                if (!_input.TryTake(ref input, sizeof(uint), out ReadOnlySpan<byte> stored)) return false;
                ZstdFrameHeader.CheckSum(_hash.Value, stored, _input.Offset);
                EndFrame();
                return true;
        }
    }

    private bool BeginFrame(ref ReadOnlySpan<byte> input)
    {
        long offset = _input.Offset;
        int size;
        do
        {
            size = ZstdFrameHeader.SizeOf(_input.Held, offset);
            if (!_input.TryHold(ref input, size)) return false;
        }
        while (size < ZstdFrameHeader.SizeOf(_input.Held, offset));

        _frame = ZstdFrameHeader.Parse(_input.Held, offset);
        _input.Release();
        _skipped = _frame.ContentSize;
        _stage = _frame.IsSkippable ? Stage.Skipped : Stage.Block;
        if (_frame.IsSkippable) return true;
        if (_frame.WindowSize > LargestWindow) ZstdDamage.Refuse(ZstdDamage.LargeWindow, offset);
        _block.Reset();
        _hash = new Xxh64();
        _decoded = 0;
        _end = _delivered = 0;
        return true;
    }

    private bool Skip(ref ReadOnlySpan<byte> input)
    {
        int length = (int)Math.Min(_skipped, input.Length);
        _input.Pass(ref input, length);
        _skipped -= length;
        if (_skipped > 0) return false;
        EndFrame();
        return true;
    }

    private bool DecodeBlock(ref ReadOnlySpan<byte> input)
    {
        long offset = _input.Offset;
        if (!_input.TryTake(ref input, _header.ContentSize, out ReadOnlySpan<byte> content)) return false;
        MakeRoom();
        ZstdOutput output = new() { Room = _window, Position = _end, Start = 0, Window = _frame.WindowSize, BlockSize = _frame.BlockSize };
        int end = _block.Decode(_header, content, offset, output);
        if (_frame.HasChecksum) _hash.Append(_window.AsSpan(_end..end));
        _decoded += end - _end;
        _end = end;
        if (!_header.IsLast) _stage = Stage.Block;
        else if (_frame.HasChecksum) _stage = Stage.Checksum;
        else EndFrame();
        if (_header.IsLast) _frame.CheckSize(_decoded, _input.Offset);
        return true;
    }

    private void EndFrame()
    {
        _anyFrame = true;
        _stage = Stage.Frame;
    }

    /// <summary>Room for one block more: a larger buffer, until it is as large as the window asks; then the front is given up.</summary>
    private void MakeRoom()
    {
        int needed = _end + _frame.BlockSize + Slack;
        if (needed <= _window.Length) return;
        int window = (int)_frame.WindowSize;
        int largest = window + Math.Max(_frame.BlockSize, window <= CheapWindow ? window : Math.Max(CheapWindow, window / 4)) + Slack;
        if (needed <= largest)
        {
            byte[] larger = GC.AllocateUninitializedArray<byte>(Math.Max(needed, Math.Min(largest, Math.Max(SmallestBuffer, 2 * _window.Length))));
            _window.AsSpan(0, _end).CopyTo(larger);
            _window = larger;
            return;
        }

        _window.AsSpan(_end - window, window).CopyTo(_window);
        _end = _delivered = window;
    }
}
