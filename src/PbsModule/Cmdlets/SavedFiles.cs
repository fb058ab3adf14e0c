using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>
/// Writes the output files of one cmdlet run: asks for confirmation, shows progress and writes the results.
/// </summary>
/// <param name="cmdlet">The cmdlet.</param>
/// <param name="activity">Activity text for progress.</param>
/// <param name="advice">Advice if two files would have one name.</param>
internal sealed class SavedFiles(PbsCmdlet cmdlet, string activity, string advice) : IDisposable
{
    private readonly ProgressLine _progress = new(cmdlet, activity, TimeProvider.System);

    // A file written by this run must not be overwritten by it, even if existing files may be.
    private readonly HashSet<string> _saved = new(StringComparer.Ordinal);

    /// <summary>Makes the plan. If a file of this run is in the way, the error does not recommend -Force.</summary>
    /// <exception cref="PbsException">The file cannot be saved.</exception>
    public SavePlan Plan(Func<SavePlan> check)
    {
        try
        {
            return check();
        }
        catch (PbsConflictException e) when (e.ErrorId == PbsErrorId.DestinationExists
            && e.Target is { } path
            && _saved.Contains(path))
        {
            throw SavedBefore(path);
        }
    }

    /// <summary>Asks whether a file is to be written.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="what">Description of the plan.</param>
    /// <exception cref="PbsConflictException">The file would overwrite one written by this run.</exception>
    public bool IsWanted(SavePlan plan, string what)
    {
        if (_saved.Contains(plan.Path)) throw SavedBefore(plan.Path);
        bool isWanted = cmdlet.ShouldProcess(
            DisplayText.Plain(plan.Path),
            DisplayText.Plain($"{(plan.Replaces ? "Replace with" : "Write")} {what}"));
        if (isWanted || cmdlet.IsWhatIf) _saved.Add(plan.Path);
        return isWanted;
    }

    /// <summary>Writes a confirmed file. If that fails, its name is free for the next one.</summary>
    /// <exception cref="PbsException">The file cannot be written.</exception>
    public FileInfo Save(SavePlan plan, Func<FileInfo> save)
    {
        try
        {
            return save();
        }
        catch (PbsException)
        {
            _saved.Remove(plan.Path);
            throw;
        }
    }

    public void Show(string what, long done, long total) =>
        _progress.Show(new TaskProgress(activity, what, done, total));

    /// <summary>
    /// Writes the object that Get-Item returns: with the path that other cmdlets bind, and the columns of its table.
    /// </summary>
    public void Write(FileInfo saved)
    {
        try
        {
            cmdlet.WriteObject(
                cmdlet.InvokeProvider.Item.Get([saved.FullName], force: true, literalPath: true),
                enumerateCollection: true);
        }
        catch (ItemNotFoundException)
        {
            // PowerShell takes a backslash in a name for a separator.
            cmdlet.WriteObject(saved);
        }
    }

    public void Dispose() => _progress.Dispose();

    private PbsConflictException SavedBefore(string path) =>
        new(PbsErrorId.DestinationExists, cmdlet.IsWhatIf
            ? $"another file would be saved as '{path}', too"
            : $"another file was saved as '{path}' a moment ago", path)
        {
            RecommendedAction = advice,
        };
}
