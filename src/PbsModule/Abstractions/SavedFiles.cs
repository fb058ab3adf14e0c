using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>
/// The files that one cmdlet's run writes somewhere else: asks, shows how far it is, writes what comes out of it.
/// </summary>
/// <param name="cmdlet">The cmdlet.</param>
/// <param name="activity">What it does, for its progress.</param>
/// <param name="advice">What to do where two would have one name.</param>
internal sealed class SavedFiles(PbsCmdlet cmdlet, string activity, string advice) : IDisposable
{
    private readonly ProgressLine _progress = new(cmdlet, activity, TimeProvider.System);

    // What was written here must not be written over here, whatever may be replaced.
    private readonly HashSet<string> _saved = new(StringComparer.Ordinal);

    /// <summary>What would be done. Where a file of this run is in the way, -Force is not the remedy.</summary>
    /// <exception cref="PbsException">It cannot be done.</exception>
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

    /// <summary>Whether a file is to be written.</summary>
    /// <param name="plan">What would be done.</param>
    /// <param name="what">That in words.</param>
    /// <exception cref="PbsConflictException">It would go over one that was written a moment ago.</exception>
    public bool IsWanted(SavePlan plan, string what)
    {
        if (_saved.Contains(plan.Path)) throw SavedBefore(plan.Path);
        bool isWanted = cmdlet.ShouldProcess(
            DisplayText.Plain(plan.Path),
            DisplayText.Plain($"{(plan.Replaces ? "Replace with" : "Write")} {what}"));
        if (isWanted || cmdlet.IsWhatIf) _saved.Add(plan.Path);
        return isWanted;
    }

    /// <summary>Writes a file that is wanted. Where that fails, its name is free for the next one.</summary>
    /// <exception cref="PbsException">It cannot be written.</exception>
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
    /// Writes what Get-Item would: with the path that other cmdlets bind, and the columns of its table.
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
