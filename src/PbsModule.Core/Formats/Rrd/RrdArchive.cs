namespace PbsModule.Core.Formats.Rrd;

/// <summary>
/// How the values that fall into one slot become one. PBS asks for <see cref="Average"/> and <see cref="Maximum"/>.
/// </summary>
public enum ConsolidationFunction
{
    Average,
    Maximum,
    Minimum,
    Last,
}

/// <summary>
/// One ring of slots of a round-robin database: slot t/resolution modulo their number. NaN is an empty slot. Times are
/// Unix seconds, and wrap around as PBS's do. Source: proxmox-rrd, described in access-and-admin §9.3.
/// </summary>
internal sealed class RrdArchive(ConsolidationFunction function, ulong resolution, double[] data, ulong lastCount = 0)
{
    public ConsolidationFunction Function => function;

    /// <summary>Seconds a slot stands for.</summary>
    public ulong Resolution => resolution;

    public double[] Data => data;

    /// <summary>Values that were merged into the slot of the last update.</summary>
    public ulong LastCount { get; private set; } = lastCount;

    private ulong Span => unchecked((ulong)data.Length * resolution);

    /// <summary>A file can claim rings without slots, or slots without length; nothing can be kept in them.</summary>
    private bool IsUsable => resolution > 0 && data.Length > 0;

    public int Slot(ulong time) => (int)(time / resolution % (ulong)data.Length);

    public ulong SlotEnd(ulong time) => unchecked((time / resolution * resolution) + resolution);

    /// <summary>
    /// Takes a value in: what the ring has passed over since the last one is emptied, then it is merged.
    /// </summary>
    /// <param name="time">Of the value.</param>
    /// <param name="last">Of the last update before.</param>
    /// <param name="value">A number.</param>
    public void Update(double time, double last, double value)
    {
        if (!IsUsable) return;
        Clear((ulong)time, (ulong)last);
        Merge((ulong)time, (ulong)last, value);
    }

    /// <summary>Values from <paramref name="start"/> on in steps of the resolution; the start is not aligned.</summary>
    /// <param name="start">Unix seconds.</param>
    /// <param name="end">Unix seconds, included; no more than there are slots are returned.</param>
    /// <param name="last">The last update of the database.</param>
    /// <returns>Null where there is no value.</returns>
    public double?[] Extract(ulong start, ulong end, double last)
    {
        if (!IsUsable) return [];
        ulong to = SlotEnd((ulong)last);
        ulong from = Less(to, Span);
        var values = new List<double?>();
        ulong time = start;
        for (int i = 0; i < data.Length && time <= end; i++)
        {
            double value = time < from || time >= to ? double.NaN : data[Slot(time)];
            values.Add(double.IsNaN(value) ? null : value);
            time = unchecked(time + resolution);
        }

        return [.. values];
    }

    private void Clear(ulong time, ulong last)
    {
        ulong first = SlotEnd(Less(time, Span));
        ulong at = Less(last, Span);
        int index = Slot(at);
        for (int i = 0; i < data.Length; i++)
        {
            at = unchecked(at + resolution);
            index = index + 1 == data.Length ? 0 : index + 1;
            if (at >= first) break;
            data[index] = double.NaN;
        }
    }

    private void Merge(ulong time, ulong last, double value)
    {
        int index = Slot(time);
        double known = data[index];
        if (unchecked(time - last) > resolution || index != Slot(last) || double.IsNaN(known)) LastCount = 0;
        ulong count = LastCount < ulong.MaxValue ? LastCount + 1 : LastCount;
        data[index] = LastCount == 0 ? value : function switch
        {
            ConsolidationFunction.Maximum => known > value ? known : value,
            ConsolidationFunction.Minimum => known < value ? known : value,
            ConsolidationFunction.Last => value,
            _ => ((known * LastCount) / count) + (value / count),
        };
        LastCount = count;
    }

    private static ulong Less(ulong time, ulong span) => time > span ? time - span : 0;
}
