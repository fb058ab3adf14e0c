using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PbsModule.Core.Formats;

/// <summary>
/// Carries out sequences: literals from one place, matches from what is there already. Copies are made in whole steps where a step too much
/// stays inside.
/// </summary>
/// <param name="literals">The literals, with <see cref="ZstdLiterals.Padding"/> bytes behind them that may be read.</param>
/// <param name="literalCount">How many there are.</param>
/// <param name="output">Where the data goes.</param>
internal ref struct SequenceOutput(ReadOnlySpan<byte> literals, int literalCount, in ZstdOutput output)
{
    /// <summary>Data is copied in steps of so many bytes.</summary>
    private const int Step = 16;

    private readonly ReadOnlySpan<byte> _literals = literals;
    private readonly int _literalCount = literalCount;
    private readonly Span<byte> _room = output.Room;
    private readonly int _start = output.Start;
    private readonly int _end = (int)Math.Min(output.Room.Length, (long)output.Position + output.BlockSize);
    private readonly long _window = output.Window;
    private int _literal;

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; private set; } = output.Position;

    /// <summary>Carries out one sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SequenceFault Take(uint literalLength, uint matchLength, uint distance)
    {
        int to = Position;
        int literal = _literal;
        if (literalLength > (uint)(_literalCount - literal)) return SequenceFault.Literals;
        if ((ulong)literalLength + matchLength > (uint)(_end - to)) return SequenceFault.Room;
        int match = to + (int)literalLength;
        if (distance - 1UL >= (uint)(match - _start)) return distance == 0 ? SequenceFault.NoDistance : SequenceFault.Distance;
        if (distance > _window) return SequenceFault.Window;
        int end = match + (int)matchLength;
        _literal = literal + (int)literalLength;
        Position = end;
        if (_room.Length - end < Step || distance < Step)
        {
            CopyNear(literal, to, match, end, (int)distance);
            return SequenceFault.None;
        }

        CopySteps(_literals, literal, _room, to, match);
        CopySteps(_room, match - (int)distance, _room, match, end);
        return SequenceFault.None;
    }

    /// <summary>The literals behind the last sequence; false where there is no room for them.</summary>
    public bool TakeRest()
    {
        ReadOnlySpan<byte> rest = _literals[_literal.._literalCount];
        if (rest.Length > _end - Position) return false;
        rest.CopyTo(_room[Position..]);
        Position += rest.Length;
        return true;
    }

    /// <summary>Copies up to <paramref name="end"/> and up to a step beyond, at least one step; the source lies a step back or elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopySteps(ReadOnlySpan<byte> source, int from, Span<byte> room, int to, int end)
    {
        do
        {
            Vector128.Create(source.Slice(from, Step)).CopyTo(room.Slice(to, Step));
            from += Step;
            to += Step;
        }
        while (to < end);
    }

    /// <summary>A sequence whose match overlaps itself closely, or that ends close to the end of the room.</summary>
    private readonly void CopyNear(int literal, int to, int match, int end, int distance)
    {
        _literals[literal..(literal + match - to)].CopyTo(_room[to..]);
        if (_room.Length - end < Step)
        {
            for (int from = match - distance; match < end; match++, from++) _room[match] = _room[from];
            return;
        }

        // Once the pattern has been written as often as a step is long, whole steps can be taken from a multiple of the distance back.
        int reach = (Step + distance - 1) / distance * distance;
        int spread = match + Math.Min(end - match, reach - distance);
        for (int from = match - distance; match < spread; match++, from++) _room[match] = _room[from];
        if (match < end) CopySteps(_room, match - reach, _room, match, end);
    }
}
