using System.Management.Automation;
using System.Management.Automation.Provider;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Provider;

/// <summary>
/// The drive <c>Pbs:</c>, for looking around: datastores, namespaces (below <c>ns</c>), types, ids, times, archives and what is in them. What it
/// shows are the objects of the cmdlets, so they can be piped on. It reads and never writes.
/// </summary>
[CmdletProvider("Pbs", ProviderCapabilities.None)]
public sealed class PbsProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private const string DriveName = "Pbs";

    private readonly CancellationTokenSource _stop = new();

    private static string Root => Path.DirectorySeparatorChar.ToString();

    public void Dispose() => _stop.Dispose();

    public IContentReader GetContentReader(string path)
    {
        var how = DynamicParameters as ContentParameters;
        return Try(path, tree => new DriveContentReader(tree.OpenContent(DrivePath.Parse(path)), how?.AsByteStream == true, how?.Raw == true))!;
    }

    public object GetContentReaderDynamicParameters(string path) => new ContentParameters();

    public IContentWriter GetContentWriter(string path) => throw ReadOnly();

    public object GetContentWriterDynamicParameters(string path) => null!;

    public void ClearContent(string path) => throw ReadOnly();

    public object ClearContentDynamicParameters(string path) => null!;

    protected override System.Collections.ObjectModel.Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new PSDriveInfo(DriveName, ProviderInfo, Root, "Backups on Proxmox Backup Server datastores.", null)];

    protected override bool IsValidPath(string path) => true;

    protected override bool ItemExists(string path) => Find(path) is not null;

    protected override bool IsItemContainer(string path) => Find(path) is { IsContainer: true };

    protected override bool HasChildItems(string path) => Find(path) is { IsContainer: true };

    protected override void GetItem(string path) => Try(path, tree =>
    {
        if (tree.Find(DrivePath.Parse(path)) is { } item) WriteItemObject(item.Item, path, item.IsContainer);
        return true;
    });

    protected override void GetChildItems(string path, bool recurse) => GetChildItems(path, recurse, uint.MaxValue);

    protected override void GetChildItems(string path, bool recurse, uint depth) => Try(path, tree =>
    {
        DrivePath place = DrivePath.Parse(path);
        if (tree.Find(place) is { IsContainer: false } leaf) WriteItemObject(leaf.Item, path, false);
        else List(tree, place, path, recurse ? depth : 0);
        return true;
    });

    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Try(path, tree =>
    {
        foreach (DriveItem child in tree.Children(DrivePath.Parse(path))) WriteItemObject(child.Name, MakePath(path, child.Name), child.IsContainer);
        return true;
    });

    protected override void StopProcessing() => _stop.Cancel();

    private void List(DriveTree tree, DrivePath place, string path, uint depth)
    {
        foreach (DriveItem child in tree.Children(place))
        {
            string below = MakePath(path, child.Name);
            WriteItemObject(child.Item, below, child.IsContainer);
            if (child.IsContainer && depth > 0) List(tree, place.Below(child.Name), below, depth - 1);
        }
    }

    /// <summary>What is not there, or not for the caller, does not exist: PowerShell asks about whatever is typed.</summary>
    private DriveItem? Find(string path)
    {
        try
        {
            return new DriveTree(new PbsSession(RunspaceConnection.Current), static _ => { }, _stop.Token).Find(DrivePath.Parse(path));
        }
        catch (PbsException)
        {
            return null;
        }
    }

    private T? Try<T>(string path, Func<DriveTree, T> work)
    {
        try
        {
            return work(new DriveTree(new PbsSession(RunspaceConnection.Current), Report, _stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (ErrorRecords.From(error, path) is not null)
        {
            WriteError(ErrorRecords.From(error, path)!);
            return default;
        }
    }

    private void Report(ListingProblem problem)
    {
        if (problem.Kind == ListingProblemKind.Information) WriteVerbose(DisplayText.Plain(problem.Message));
        else if (problem.Kind == ListingProblemKind.Warning) WriteWarning(DisplayText.Plain(problem.Message));
        else WriteError(ErrorRecords.From(problem.Exception ?? new PbsStorageException(problem.ErrorId, problem.Message, problem.Target), problem.Target)!);
    }

    private static PSNotSupportedException ReadOnly() => new("The drive is for reading only.");
}

/// <summary>How the content of a file is read.</summary>
public sealed class ContentParameters
{
    /// <summary>As bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>As one text, not as lines.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }
}
