using System.Globalization;
using System.Management.Automation;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Presentation;

/// <summary>Formats a task's progress.</summary>
internal static class TaskProgressText
{
    private const long LongestForecast = 100 * 24 * 3600;

    /// <param name="progress">Progress of the task.</param>
    /// <param name="elapsed">Time since it started.</param>
    public static ProgressRecord Record(TaskProgress progress, TimeSpan elapsed)
    {
        var record = new ProgressRecord(0, progress.Activity, Status(progress, elapsed));
        if (progress.Total <= 0) return record;
        long done = Math.Clamp(progress.Done, 0, progress.Total);
        record.PercentComplete = (int)(100.0 * done / progress.Total);
        double left = done == 0 ? -1 : elapsed.TotalSeconds * (progress.Total - done) / done;
        if (left is >= 0 and < LongestForecast) record.SecondsRemaining = (int)left;
        return record;
    }

    /// <summary>
    /// Formats the status, <c>vm/100/…: 1.20 of 3.00 GiB, 812 MiB/s</c>. Never empty, because PowerShell refuses that.
    /// </summary>
    public static string Status(TaskProgress progress, TimeSpan elapsed)
    {
        string amount = progress.Unit == TaskProgressUnit.Bytes ? Bytes(progress, elapsed) : Items(progress);
        return string.IsNullOrEmpty(progress.Status) ? amount : $"{DisplayText.Plain(progress.Status)}: {amount}";
    }

    private static string Bytes(TaskProgress progress, TimeSpan elapsed)
    {
        string done = DisplayText.Size(progress.Done);
        string amount = progress.Total > 0 ? $"{done} of {DisplayText.Size(progress.Total)}" : done;
        return elapsed > TimeSpan.Zero && progress.Done > 0
            ? $"{amount}, {DisplayText.Size((long)(progress.Done / elapsed.TotalSeconds))}/s"
            : amount;
    }

    private static string Items(TaskProgress progress)
    {
        string done = progress.Done.ToString("N0", CultureInfo.CurrentCulture);
        return progress.Total > 0 ? $"{done} of {progress.Total.ToString("N0", CultureInfo.CurrentCulture)}" : done;
    }
}
