namespace PbsModule.Core.Formats.Rrd;

/// <summary>
/// The way in which the values of one slot are combined. PBS queries <see cref="Average"/> and <see cref="Maximum"/>.
/// </summary>
public enum ConsolidationFunction
{
    Average,
    Maximum,
    Minimum,
    Last,
}

/// <summary>
/// A ring of slots of a round-robin database. The slot of time t is t/resolution modulo the number of slots. NaN is an
/// empty slot. Times are Unix seconds and overflow as in PBS. Source: proxmox-rrd.
/// </summary>
internal sealed class RrdArchive(ConsolidationFunction function, ulong resolution, double[] data, ulong lastCount = 0)
{
    public ConsolidationFunction Function => function;

    /// <summary>The duration of a slot in seconds.</summary>
    public ulong Resolution => resolution;

    public double[] Data => data;

    /// <summary>The number of values that were combined in the slot of the last update.</summary>
    public ulong LastCount { get; private set; } = lastCount;

    private ulong Span => unchecked((ulong)data.Length * resolution);

    /// <summary>
    /// Whether the ring can store values. A file can state rings without slots, or slots without duration.
    /// </summary>
    private bool IsUsable => resolution > 0 && data.Length > 0;

    public int Slot(ulong time) => (int)(time / resolution % (ulong)data.Length);

    public ulong SlotEnd(ulong time) => unchecked((time / resolution * resolution) + resolution);

    /// <summary>
    /// Adds a value: clears the slots between the last update and this one, then combines the value with its slot.
    /// </summary>
    /// <param name="time">The time of the value in Unix seconds.</param>
    /// <param name="last">The time of the previous update in Unix seconds.</param>
    /// <param name="value">The value, which is not NaN.</param>
    public void Update(double time, double last, double value)
    {
        if (!IsUsable) return;
        Clear((ulong)time, (ulong)last);
        Merge((ulong)time, (ulong)last, value);
    }

    /// <summary>
    /// Returns the values from <paramref name="start"/> in steps of the resolution. The start is not aligned.
    /// </summary>
    /// <param name="start">The first time in Unix seconds.</param>
    /// <param name="end">
    /// The last time in Unix seconds, inclusive. At most as many values as slots are returned.
    /// </param>
    /// <param name="last">The time of the database's last update in Unix seconds.</param>
    /// <returns>The values. Null for each empty slot.</returns>
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
