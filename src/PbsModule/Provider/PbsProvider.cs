using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Views;

namespace PbsModule.Provider;

/// <summary>
/// The drive <c>Pbs:</c>, for looking around: datastores, namespaces (below <c>ns</c>), types, ids, times, archives and what is in them. What it
/// shows are the objects of the cmdlets, so they can be piped on. It reads and never writes.
/// </summary>
[CmdletProvider("Pbs", ProviderCapabilities.Filter)]
public sealed class PbsProvider : NavigationCmdletProvider, IContentCmdletProvider, IDisposable
{
    private const string DriveName = "Pbs";

    private readonly CancellationTokenSource _stop = new();

    private static string Root => Path.DirectorySeparatorChar.ToString();

    public void Dispose() => _stop.Dispose();

    public IContentReader GetContentReader(string path)
    {
        var how = DynamicParameters as ContentParameters ?? new ContentParameters();
        return Try(path, tree => new DriveContentReader(tree.OpenContent(DrivePath.Parse(path)), how))!;
    }

    public object GetContentReaderDynamicParameters(string path) => new ContentParameters();

    public IContentWriter GetContentWriter(string path) => throw ReadOnly();

    public object GetContentWriterDynamicParameters(string path) => null!;

    public void ClearContent(string path) => throw ReadOnly();

    public object ClearContentDynamicParameters(string path) => null!;

    protected override System.Collections.ObjectModel.Collection<PSDriveInfo> InitializeDefaultDrives() =>
        [new PSDriveInfo(DriveName, ProviderInfo, Root, "Backups on Proxmox Backup Server datastores.", null)];

    protected override bool IsValidPath(string path) => true;

    /// <summary>Of what is in an encrypted archive nobody knows; who asks for it is to be told that, not that it is not there.</summary>
    protected override bool ItemExists(string path) => Find(path, out bool isLocked) is not null || isLocked;

    protected override bool IsItemContainer(string path) => Find(path, out _) is { IsContainer: true };

    protected override bool HasChildItems(string path) => Find(path, out _) is { IsContainer: true };

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
        else List(tree, place, path, recurse ? depth : 0, FilterOf());
        return true;
    });

    protected override void GetChildNames(string path, ReturnContainers returnContainers) => Try(path, tree =>
    {
        WildcardPattern? filter = returnContainers == ReturnContainers.ReturnAllContainers ? null : FilterOf();
        foreach (DriveItem child in tree.Children(DrivePath.Parse(path)))
        {
            if (child.IsContainer && filter is null || filter?.IsMatch(child.Name) != false) WriteItemObject(child.Name, MakePath(path, child.Name), child.IsContainer);
        }

        return true;
    });

    protected override void NewItem(string path, string itemTypeName, object newItemValue) => throw ReadOnly();

    protected override void RemoveItem(string path, bool recurse) => throw ReadOnly();

    protected override void MoveItem(string path, string destination) => throw ReadOnly();

    protected override void RenameItem(string path, string newName) => throw ReadOnly();

    protected override void CopyItem(string path, string copyPath, bool recurse) => throw ReadOnly();

    protected override void SetItem(string path, object value) => throw ReadOnly();

    protected override void ClearItem(string path) => throw ReadOnly();

    protected override void StopProcessing() => _stop.Cancel();

    private WildcardPattern? FilterOf() => string.IsNullOrEmpty(Filter) ? null : new WildcardPattern(Filter, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

    private void List(DriveTree tree, DrivePath place, string path, uint depth, WildcardPattern? filter)
    {
        bool isInArchive = place.IsInFile;
        foreach (DriveItem child in tree.Children(place, isInArchive ? depth : 0))
        {
            string below = MakePath(path, child.Below);
            if (filter?.IsMatch(child.Name) != false) WriteItemObject(child.Item, below, child.IsContainer);
            if (isInArchive || !child.IsContainer || depth == 0) continue;

            // One that cannot be listed costs no other.
            Try(below, nested =>
            {
                List(nested, place.Below(child.Name), below, depth - 1, filter);
                return true;
            });
        }
    }

    /// <summary>What is not there, or not for the caller, does not exist: PowerShell asks about whatever is typed.</summary>
    private DriveItem? Find(string path, out bool isLocked)
    {
        isLocked = false;
        try
        {
            return new DriveTree(new PbsSession(RunspaceConnection.Current), static _ => { }, _stop.Token).Find(DrivePath.Parse(path));
        }
        catch (PbsException e)
        {
            isLocked = e.ErrorId == PbsErrorId.KeyRequired;
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

    private static PSNotSupportedException ReadOnly() => new("The drive is for reading only. Save-PbsArchiveItem and Expand-PbsArchive write what is on it to the file system.");
}

/// <summary>How the content of a file is read.</summary>
public sealed class ContentParameters
{
    /// <summary>As bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>As one text, not as lines; of bytes all at once.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>How the text is encoded, where it does not say so itself at its beginning; UTF-8 unless told.</summary>
    [Parameter]
    [EncodingTransformation]
    public Encoding? Encoding { get; set; }
}
