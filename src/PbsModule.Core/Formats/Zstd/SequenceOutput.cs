using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PbsModule.Core.Formats;

/// <summary>
/// Carries out sequences: literals from one place, matches from what is there already. Every pointer is compared with its bounds before a byte
/// moves; copies in whole steps are made only where a step too much stays inside.
/// </summary>
internal unsafe struct SequenceOutput
{
    /// <summary>Data is copied in steps of so many bytes.</summary>
    private const int Step = 16;

    /// <summary>The next literal; <see cref="ZstdLiterals.Padding"/> bytes behind the last may be read.</summary>
    public byte* Literal;
    public byte* LiteralEnd;

    /// <summary>Where the next byte goes.</summary>
    public byte* To;

    /// <summary>The first byte a match may begin at.</summary>
    public byte* Start;

    /// <summary>Where the data of the block must end.</summary>
    public byte* End;

    /// <summary>What may be written ends here.</summary>
    public byte* RoomEnd;

    /// <summary>The farthest a match may reach back.</summary>
    public long Window;

    /// <summary>Carries out one sequence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SequenceFault Take(uint literalLength, uint matchLength, uint distance)
    {
        byte* to = To;
        byte* literal = Literal;
        if (literalLength > (ulong)(LiteralEnd - literal)) return SequenceFault.Literals;
        if ((ulong)literalLength + matchLength > (ulong)(End - to)) return SequenceFault.Room;
        byte* match = to + literalLength;
        if (distance - 1UL >= (ulong)(match - Start)) return distance == 0 ? SequenceFault.NoDistance : SequenceFault.Distance;
        if (distance > Window) return SequenceFault.Window;
        byte* end = match + matchLength;
        Literal = literal + literalLength;
        To = end;
        if (RoomEnd - end < Step || distance < Step)
        {
            CopyNear(literal, to, match, end, distance, RoomEnd);
            return SequenceFault.None;
        }

        CopySteps(literal, to, match);
        CopySteps(match - distance, match, end);
        return SequenceFault.None;
    }

    /// <summary>The literals behind the last sequence; false where there is no room for them.</summary>
    public bool TakeRest()
    {
        long rest = LiteralEnd - Literal;
        if (rest > End - To) return false;
        Buffer.MemoryCopy(Literal, To, rest, rest);
        To += rest;
        return true;
    }

    /// <summary>Copies up to <paramref name="end"/> and up to a step beyond, at least one step; the source lies a step back or elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopySteps(byte* from, byte* to, byte* end)
    {
        do
        {
            Vector128.Load(from).Store(to);
            from += Step;
            to += Step;
        }
        while (to < end);
    }

    /// <summary>A sequence whose match overlaps itself closely, or that ends close to the end of the room.</summary>
    private static void CopyNear(byte* literal, byte* to, byte* match, byte* end, uint distance, byte* roomEnd)
    {
        Buffer.MemoryCopy(literal, to, match - to, match - to);
        if (roomEnd - end < Step)
        {
            for (byte* from = match - distance; match < end; match++, from++) *match = *from;
            return;
        }

        // Once the pattern has been written as often as a step is long, whole steps can be taken from a multiple of the distance back.
        uint reach = (Step + distance - 1) / distance * distance;
        byte* spread = match + Math.Min((uint)(end - match), reach - distance);
        for (byte* from = match - distance; match < spread; match++, from++) *match = *from;
        if (match < end) CopySteps(match - reach, match, end);
    }
}
