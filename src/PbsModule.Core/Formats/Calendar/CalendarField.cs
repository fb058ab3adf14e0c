namespace PbsModule.Core.Formats.Calendar;

/// <summary>Numbers from a first to a last one, in steps.</summary>
internal readonly record struct CalendarRange(int First, int Last, int Step);

/// <summary>The numbers that one part of a date or time may have.</summary>
internal sealed class CalendarField(CalendarRange[]? ranges)
{
    /// <summary>Allows every number.</summary>
    public static CalendarField Any { get; } = new(null);

    public static CalendarField Of(params int[] numbers) =>
        new([.. numbers.Select(number => new CalendarRange(number, number, 1))]);

    public bool Contains(int number)
    {
        if (ranges is null) return true;
        foreach (CalendarRange range in ranges)
        {
            if (number >= range.First && number <= range.Last && (number - range.First) % range.Step == 0) return true;
        }

        return false;
    }

    /// <summary>Returns the smallest allowed number from a start to an end; null if there is none.</summary>
    public int? Next(int start, int end)
    {
        for (int number = start; number <= end; number++)
        {
            if (Contains(number)) return number;
        }

        return null;
    }
}
