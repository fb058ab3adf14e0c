using System.Reflection;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Jobs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Tests;

/// <summary>
/// Everything that can be asked for, by everybody who could ask: what each one gets, or in which words he is refused. Whoever adds
/// an entry or a method adds its row; the last two tests see to it.
/// </summary>
public sealed class AdministrationMatrixTests : IDisposable
{
    private const string Snapshot = "2024-05-01T10:00:00Z";
    private const string NoCatalog = $"there is no catalog in snapshot 'vm/100/{Snapshot}': its archives have no catalog";
    private const string BrokenIndex = "an index cannot be read";

    // A group of somebody else reads like one that is not there, where listings do not show it either.
    private const string NotHis = "there is no group 'vm/100' in datastore 'main', root namespace";
    private const string NotTheTokens = NotHis;
    private const string NotHisToken = "Unprivileged users can only set ACL items for their own API tokens.";
    private const string NotForTokens = "Unprivileged API tokens can't set ACL items.";
    private const string NotHisTask = "task access not allowed";
    private const string NotToStop = "missing permissions 'Sys.Modify' on '/system/tasks'";
    private const string ToPrune = "Datastore.Modify|Datastore.Prune";
    private const string NotToPrune = "missing permissions 'Datastore.Modify|Datastore.Prune' on '/datastore/main'";
    private const string NotToList = "not allowed to list permissions of owner@pbs";

    // The superuser, one with all privileges, a limited one who owns vm/100, one who does not, one without any entry, one with all
    // privileges whose account is disabled (privileges do not ask), and a token of the owner.
    private static readonly string[] Identities = ["root@pam", "admin@pbs", "owner@pbs", "other@pbs", "nobody@pbs", "off@pbs", "owner@pbs!t"];

    private static readonly Row[] Rows =
    [
        new(nameof(Entries.ListNamespaces), "Namespaces.List", s => s.Engine.Namespaces.List(s.Store, new() { Recurse = true }, s.Ignore, CancellationToken.None).Count(),
            "3", "3", "3", "3", Missing("Datastore.Audit|Datastore.Modify|Datastore.Read|Datastore.Backup"), "3", "3"),
        new(nameof(Entries.ListGroups), "Groups.List", s => s.Engine.Groups.List(s.Store, new(), s.Ignore, CancellationToken.None).Count(),
            "3", "3", "2", "0", Missing("Datastore.Audit|Datastore.Backup"), "3", "1"),
        new(nameof(Entries.ListSnapshots), "Snapshots.List", s => s.Engine.Snapshots.List(s.Store, new(), s.Ignore, CancellationToken.None).Count(),
            "3", "3", "2", "0", Missing("Datastore.Audit|Datastore.Backup"), "3", "1"),
        new(nameof(Entries.ListFiles), "Files.List", s => s.Engine.Files.List(s.Store, Path, CancellationToken.None).Count(),
            "2", "2", "2", NotHis, Missing("Datastore.Audit|Datastore.Read|Datastore.Backup"), "2", NotTheTokens),
        new(nameof(Entries.GetNotes), "Notes.GetSnapshotNote", s => s.Engine.Notes.GetSnapshotNote(s.Store, Path),
            "", "", "", NotHis, Missing("Datastore.Audit|Datastore.Backup"), "", NotTheTokens),
        new(nameof(Entries.GetNotes), "Notes.GetGroupNote", s => s.Engine.Notes.GetGroupNote(s.Store, BackupNamespace.Root, Path.Group),
            "", "", "", NotHis, Missing("Datastore.Audit|Datastore.Backup"), "", NotTheTokens),
        new(nameof(Entries.SetNotes), "Notes.CheckSnapshotNoteChange", s => s.Engine.Notes.CheckSnapshotNoteChange(s.Store, Path),
            "", "", "", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "", NotTheTokens),
        new(nameof(Entries.SetNotes), "Notes.SetSnapshotNote", s => s.Engine.Notes.SetSnapshotNote(s.Store, Path, "new", false, CancellationToken.None),
            "new", "new", "new", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "new", NotTheTokens),
        new(nameof(Entries.SetNotes), "Notes.CheckGroupNoteChange", s => s.Engine.Notes.CheckGroupNoteChange(s.Store, BackupNamespace.Root, Path.Group),
            "", "", "", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "", NotTheTokens),
        new(nameof(Entries.SetNotes), "Notes.SetGroupNote", s => s.Engine.Notes.SetGroupNote(s.Store, BackupNamespace.Root, Path.Group, "new", false, CancellationToken.None),
            "new", "new", "new", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "new", NotTheTokens),
        new(nameof(Entries.ReadCatalog), "Catalogs.ListItems", s => s.Engine.Catalogs.ListItems(s.Store, Path, new(), null, s.Ignore, CancellationToken.None).Count(),
            NoCatalog, NoCatalog, NoCatalog, NotHis, Missing("Datastore.Read|Datastore.Backup"), NoCatalog, NotTheTokens),
        new(nameof(Entries.ReadCatalog), "Catalogs.Search", s => s.Search(Path),
            "its archives have no catalog", "its archives have no catalog", "its archives have no catalog", NotHis, Missing("Datastore.Read|Datastore.Backup"), "its archives have no catalog", NotTheTokens),
        new(nameof(Entries.Download), "Content.Match", s => s.Engine.Content.Match(s.Store, Path, [NameFilter.Pattern("*", _ => true)]).Count,
            "2", "2", "2", NotHis, Missing("Datastore.Read|Datastore.Backup"), "2", NotTheTokens),
        new(nameof(Entries.Download), "Content.CheckSave", s => s.Engine.Content.CheckSave(s.Store, Path, s.Save()).Length > 0,
            "True", "True", "True", NotHis, Missing("Datastore.Read|Datastore.Backup"), "True", NotTheTokens),
        new(nameof(Entries.DownloadDecoded), "Content.CheckSave", s => s.Engine.Content.CheckSave(s.Store, Path, s.Save() with { Decode = true }).Length > 0,
            "True", "True", "True", NotHis, Missing("Datastore.Read|Datastore.Backup"), "True", NotTheTokens),
        new(nameof(Entries.DownloadDecoded), "Content.Save", s => s.Engine.Content.Save(s.Store, Path, s.Save() with { Decode = true }, SnapshotFileSaveTests.Quiet, CancellationToken.None).Name,
            "out", "out", "out", NotHis, Missing("Datastore.Read|Datastore.Backup"), "out", NotTheTokens),
        new(nameof(Entries.DownloadDecoded), "Content.Read", s => s.Engine.Content.Read(s.Store, Path, "index.json.blob", null).Length > 0,
            "True", "True", "True", NotHis, Missing("Datastore.Read|Datastore.Backup"), "True", NotTheTokens),
        new(nameof(Entries.CheckSignature), "Content.TestSignature", s => s.TestSignature(Path),
            "the manifest is not signed", "the manifest is not signed", "the manifest is not signed", NotHis, Missing("Datastore.Read|Datastore.Backup"), "the manifest is not signed", NotTheTokens),
        new(nameof(Entries.Verify), "Verify.Plan", s =>
            s.Engine.Verify.Plan(s.Store, OfPath, problem => throw problem, CancellationToken.None).Count(),
            "1", "1", "1", NotHis, Missing("Datastore.Verify|Datastore.Backup"), "1", NotTheTokens),
        new(nameof(Entries.Verify), "Verify.Admit", s => s.Engine.Verify.Admit(s.Store, OfPath) is var admission && admission.IsEmpty ? throw admission.Refusals[0] : admission.Query.Scopes.Count,
            "1", "1", "1", NotHis, Missing("Datastore.Verify|Datastore.Backup"), "1", NotTheTokens),
        new(nameof(Entries.Verify), "Verify.Test", s => s.Engine.Verify.Test(s.Store, Path, null, CancellationToken.None).State,
            "Failed", "Failed", "Failed", NotHis, Missing("Datastore.Verify|Datastore.Backup"), "Failed", NotTheTokens),
        new(nameof(Entries.Verify), "Verify.Start", s => $"{s.Verified(OfPath)} of {s.Verified(new VerifyQuery())}",
            "1 of 4", "1 of 4", "1 of 2", NotHis, Missing("Datastore.Verify|Datastore.Backup"), "1 of 4", NotTheTokens),
        new(nameof(Entries.ReadArchive), "Archives.ListItems", s => s.Engine.Archives.ListItems(s.Store, Path, new(), null, s.Ignore, CancellationToken.None).Count(),
            "0", "0", "0", NotHis, Missing("Datastore.Read|Datastore.Backup"), "0", NotTheTokens),
        new(nameof(Entries.ReadArchive), "Expansion.Check", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.Expansion.Check(s.Store, Path, new("/nowhere") { Archive = "none" })),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.ReadArchive), "Expansion.ExpandArchive", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.Expansion.ExpandArchive(s.Store, Path, new("/nowhere") { Archive = "none" }, new(_ => { }, s.Ignore, (_, _, _) => { }), CancellationToken.None)),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.ReadArchive), "ArchiveItems.CheckSave", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.ArchiveItems.CheckSave(s.Store, Path, new(CatalogPath.Literal("/x"), "/nowhere") { Archive = "none" })),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.ReadArchive), "ArchiveItems.SaveItem", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.ArchiveItems.SaveItem(s.Store, Path, new(CatalogPath.Literal("/x"), "/nowhere") { Archive = "none" }, new(_ => { }, s.Ignore, (_, _, _) => { }), CancellationToken.None)),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.ReadArchive), "ArchiveItems.Find", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.ArchiveItems.Find(s.Store, Path, "none", CatalogPath.Literal("/x"), null)),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.ReadArchive), "ArchiveItems.Open", s => Reached(PbsErrorId.ArchiveMissing, () => s.Engine.ArchiveItems.Open(s.Store, Path, "none", CatalogPath.Literal("/x"), null, CancellationToken.None)),
            "reached", "reached", "reached", NotHis, Missing("Datastore.Read|Datastore.Backup"), "reached", NotTheTokens),
        new(nameof(Entries.UploadLog), "BackupLogs.Check", s => s.Do(() => s.Engine.BackupLogs.Check(s.Store, Path)),
            NotOf("root@pam"), NotOf("admin@pbs"), "done", NotHis, Missing("Datastore.Backup"), NotOf("off@pbs"), NotTheTokens),
        new(nameof(Entries.UploadLog), "BackupLogs.Add", s => s.Engine.BackupLogs.Add(s.Store, Path, BackupLog.From("log"u8), false, CancellationToken.None).FileName,
            NotOf("root@pam"), NotOf("admin@pbs"), "client.log.blob", NotHis, Missing("Datastore.Backup"), NotOf("off@pbs"), NotTheTokens),
        new("", "Datastores.List", s => s.Engine.Datastores.List([], s.Ignore, CancellationToken.None).Count(), "1", "1", "1", "1", "0", "1", "1"),
        new("", "Datastores.Get", s => s.Engine.Datastores.Get(s.Store).Name, "main", "main", "main", "main", "no such datastore 'main'", "main", "main"),
        new(nameof(Entries.Status), "Status.Get", s => s.Engine.Status.Get(s.Store, s.Ignore, CancellationToken.None).Total > 0,
            "True", "True", "True", "True", "permission check failed", "True", "True"),
        new(nameof(Entries.CountGroups), "Status.Get", s => s.Engine.Status.Get(s.Store, s.Ignore, CancellationToken.None).Counts?.Groups,
            "4", "4", "2", "0", "permission check failed", "4", "1"),
        new(nameof(Entries.ActiveOperations), "Status.Get", s => s.Engine.Status.Get(s.Store, s.Ignore, CancellationToken.None).ActiveOperations is not null,
            "True", "True", "False", "False", "permission check failed", "True", "False"),
        new(nameof(Entries.ReadMetrics), "Metrics.List", s => s.Engine.Metrics.List(s.Store, new(), s.Ignore).Count(),
            "0", "0", "0", "0", Missing("Datastore.Audit|Datastore.Backup"), "0", "0"),
        new(nameof(Entries.ReadMetrics), "Metrics.GetForecast", s => s.Engine.Metrics.GetForecast(s.Store, new(), s.Ignore).PointCount,
            "0", "0", "0", "0", Missing("Datastore.Audit|Datastore.Backup"), "0", "0"),
        new(nameof(Entries.ReadMetrics), "Metrics.GetUsage", s => s.Engine.Metrics.GetUsage(s.Store, new(), s.Ignore).Count(),
            "0", "0", "0", "0", Missing("Datastore.Audit|Datastore.Backup"), "0", "0"),
        new(nameof(Entries.Report), "Report.Create", s => s.Engine.Report.Create(s.Store, new(), _ => { }, CancellationToken.None).Datastore,
            "main", "main", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "main", Missing("Datastore.Audit")),
        new(nameof(Entries.MeasureStore), "Space.MeasureDatastore", s => s.Engine.Space.MeasureDatastore(s.Store, null, s.Ignore, _ => { }, CancellationToken.None).SnapshotCount,
            "4", "4", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "4", Missing("Datastore.Audit")),
        new(nameof(Entries.MeasureGroups), "Space.MeasureGroups", s => s.Engine.Space.MeasureGroups(s.Store, [(BackupNamespace.Root, Path.Group)], null, s.Ignore, _ => { }, CancellationToken.None).Count(),
            "1", "1", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "1", Missing("Datastore.Audit")),
        new(nameof(Entries.MeasureSnapshots), "Space.MeasureSnapshots", s => s.Engine.Space.MeasureSnapshots(s.Store, [Path], null, s.Ignore, _ => { }, CancellationToken.None).Count(),
            "1", "1", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "1", Missing("Datastore.Audit")),
        new(nameof(Entries.MeasureSnapshots), "Space.MeasureSnapshotSet", s => s.Engine.Space.MeasureSnapshotSet(s.Store, [Path], null, s.Ignore, _ => { }, CancellationToken.None).SnapshotCount,
            "1", "1", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "1", Missing("Datastore.Audit")),
        new(nameof(Entries.FindReferences), "ChunkReferences.Find", s => s.Engine.ChunkReferences.Find(s.Store, [], s.Ignore, _ => { }, CancellationToken.None).Count(),
            "0", "0", "0", "0", Missing("Datastore.Audit|Datastore.Read|Datastore.Backup"), "0", "0"),
        new(nameof(Entries.Compare), "Comparison.Compare", s => s.Engine.Comparison.Compare(s.Store, Path, Path, [], null, s.Ignore, CancellationToken.None).Count(),
            "0", "0", "0", NotHis, Missing("Datastore.Read|Datastore.Backup"), "0", NotTheTokens),
        new(nameof(Entries.Compare), "Comparison.FindPrevious", s => s.Engine.Comparison.FindPrevious(s.Store, Path),
            "null", "null", "null", NotHis, Missing("Datastore.Read|Datastore.Backup"), "null", NotTheTokens),
        new(nameof(Entries.ChangeOwner), "Owner.Check", s => s.Engine.Owner.Check(s.Store, BackupNamespace.Root, Path.Group, s.Token),
            "owner@pbs", "owner@pbs", "owner@pbs", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "owner@pbs", NotTheTokens),
        new(nameof(Entries.ChangeOwner), "Owner.Change", s => s.Engine.Owner.Change(s.Store, BackupNamespace.Root, Path.Group, s.Token, false, CancellationToken.None).Owner,
            "owner@pbs!t", "owner@pbs!t", "owner@pbs!t", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "owner@pbs!t", NotTheTokens),
        new(nameof(Entries.PruneDatastore), "Prune.Plan", s => s.Plan(new()).Length, "3", "3", NotToPrune, NotToPrune, NotToPrune, "3", NotToPrune),
        new(nameof(Entries.PruneGroup), "Prune.Plan", s => s.Plan(Pruning.One("vm/100")).Length,
            "1", "1", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "1", Missing(ToPrune)),
        new(nameof(Entries.PruneGroup), "Prune.Check", s => s.Do(() => s.Engine.Prune.Check(s.Store, s.PlanOfRoot)), "done", "done", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "done", Missing(ToPrune)),
        new(nameof(Entries.PruneGroup), "Prune.Run", s => Pruning.Run(s.Engine, s.Store, new PruneOrder(s.PlanOfRoot)).Results.Count,
            "1", "1", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "1", Missing(ToPrune)),
        new(nameof(Entries.RemoveSnapshot), "Removal.CheckSnapshotRemoval", s => s.Do(() => s.Engine.Removal.CheckSnapshotRemoval(s.Store, Path)), "done", "done", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "done", Missing(ToPrune)),
        new(nameof(Entries.RemoveSnapshot), "Removal.RemoveSnapshot", s => s.Do(() => s.Engine.Removal.RemoveSnapshot(s.Store, Path, false, CancellationToken.None)),
            "done", "done", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "done", Missing(ToPrune)),
        new(nameof(Entries.RemoveGroup), "Removal.PlanGroupRemoval", s => s.Engine.Removal.PlanGroupRemoval(s.Store, BackupNamespace.Root, Path.Group).Snapshots.Count,
            "1", "1", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "1", Missing(ToPrune)),
        new(nameof(Entries.RemoveGroup), "Removal.RemoveGroup", s => s.Do(() => s.Engine.Removal.RemoveGroup(s.Store, BackupNamespace.Root, Path.Group, false, CancellationToken.None)),
            "done", "done", Missing(ToPrune), Missing(ToPrune), Missing(ToPrune), "done", Missing(ToPrune)),
        new(nameof(Entries.SetProtection), "Protection.Check", s => s.Engine.Protection.Check(s.Store, Path),
            "False", "False", "False", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "False", NotTheTokens),
        new(nameof(Entries.SetProtection), "Protection.Set", s => s.Engine.Protection.Set(s.Store, Path, true, false, CancellationToken.None).Protected,
            "True", "True", "True", NotHis, Missing("Datastore.Modify|Datastore.Backup"), "True", NotTheTokens),
        new(nameof(Entries.GarbageStatus), "Garbage.GetStatus", s => s.Engine.Garbage.GetStatus(s.Store, s.Ignore).DiskChunks,
            "0", "0", Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), "0", Missing("Datastore.Audit")),
        new(nameof(Entries.MeasureGarbage), "Garbage.MeasureGarbage", s => s.Garbage(() => s.Engine.Garbage.MeasureGarbage(s.Store, new(), s.Ignore, null, CancellationToken.None)),
            BrokenIndex, BrokenIndex, Missing("Datastore.Audit"), Missing("Datastore.Audit"), Missing("Datastore.Audit"), BrokenIndex, Missing("Datastore.Audit")),
        new(nameof(Entries.CollectGarbage), "Garbage.Preview", s => s.Garbage(() => s.Engine.Garbage.Preview(s.Store, new(), s.Ignore, null, CancellationToken.None)),
            BrokenIndex, BrokenIndex, Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), BrokenIndex, Missing("Datastore.Modify")),
        new(nameof(Entries.CollectGarbage), "Garbage.Check", s => s.Do(() => s.Engine.Garbage.Check(s.Store, new())),
            "done", "done", Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), "done", Missing("Datastore.Modify")),
        new(nameof(Entries.CollectGarbage), "Garbage.Start", s => s.Garbage(() => Collected.Run(s.Engine, s.Store, new())),
            BrokenIndex, BrokenIndex, Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), BrokenIndex, Missing("Datastore.Modify")),
        new(nameof(Entries.CreateNamespace), "NamespaceChanges.CheckCreation", s => s.Do(() => s.Engine.NamespaceChanges.CheckCreation(s.Store, BackupNamespace.Parse("new"))),
            "done", "done", Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), "done", Missing("Datastore.Modify")),
        new(nameof(Entries.CreateNamespace), "NamespaceChanges.Create", s => s.Engine.NamespaceChanges.Create(s.Store, BackupNamespace.Parse("new"), false, CancellationToken.None),
            "new", "new", Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), "new", Missing("Datastore.Modify")),
        new(nameof(Entries.RemoveNamespace), "NamespaceChanges.PlanRemoval", s => s.Engine.NamespaceChanges.PlanRemoval(s.Store, BackupNamespace.Parse("a"), true, CancellationToken.None).Groups.Count,
            "1", "1", Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), "1", Missing("Datastore.Modify")),
        new(nameof(Entries.RemoveNamespace), "NamespaceChanges.Remove", s => s.Do(() => s.Engine.NamespaceChanges.Remove(s.Store, BackupNamespace.Parse("a"), true, false, CancellationToken.None)),
            "done", "done", Missing("Datastore.Modify"), Missing("Datastore.Modify"), Missing("Datastore.Modify"), "done", Missing("Datastore.Modify")),
        new(nameof(Entries.ListAcl), "Acl.List", s => s.Engine.Acl.List(new(), s.Ignore).Count(), "5", "5", "1", "0", "0", "5", "0"),
        new(nameof(Entries.ChangeAcl), "Acl.CheckChange", s => s.Do(() => s.Engine.Acl.CheckChange([s.Grant], false)), "done", "done", "done", NotHisToken, NotHisToken, "done", NotForTokens),
        new(nameof(Entries.ChangeAcl), "Acl.Change", s => s.Engine.Acl.Change([s.Grant], null, false, CancellationToken.None).Added.Count, "1", "1", "1", NotHisToken, NotHisToken, "1", NotForTokens),
        new(nameof(Entries.ChangeAcl), "Acl.GetRemovable", s => s.Engine.Acl.GetRemovable(new() { AuthIds = [NameFilter.Literal("owner@pbs!t")] }, s.Ignore).Count(),
            "1", "1", "1", NotHisToken, NotHisToken, "1", NotForTokens),
        new(nameof(Entries.ChangeAcl), "Acl.FindRemovable", s => s.Engine.Acl.FindRemovable(s.Grant with { Path = AclPath.Parse("/datastore/main"), Role = Role.Parse("DatastoreBackup"), Delete = true }, s.Ignore).Count(),
            "1", "1", "1", NotHisToken, NotHisToken, "1", NotForTokens),
        new(nameof(Entries.ListRoles), "Identities.ListRoles", s => s.Engine.Identities.ListRoles([], s.Ignore).Count(), "18", "18", "18", "18", "18", "18", "18"),
        new(nameof(Entries.ListRoles), "Identities.ListPrivileges", s => s.Engine.Identities.ListPrivileges([], s.Ignore).Count(), "23", "23", "23", "23", "23", "23", "23"),
        new(nameof(Entries.ListUsers), "Identities.ListUsers", s => s.Engine.Identities.ListUsers([], s.Ignore).Count(), "6", "6", "1", "1", "1", "6", "1"),
        new(nameof(Entries.ListTokens), "Identities.ListTokens", s => s.Engine.Identities.ListTokens([], s.Ignore).Count(), "1", "1", "1", "0", "0", "1", "0"),
        new(nameof(Entries.ListTokens), "Identities.List", s => s.Engine.Identities.List(NameFilter.Pattern("*", _ => true)).Count(), "7", "7", "2", "1", "1", "7", "1"),
        new(nameof(Entries.ListPermissions), "Permissions.List", s => s.Engine.Permissions.List(Authid.Parse("owner@pbs"), AclPath.Parse("/datastore/main"), s.Ignore).Count(),
            "1", "1", "1", NotToList, NotToList, "1", NotToList),
        new(nameof(Entries.ListPermissions), "Permissions.Test", s => s.Engine.Permissions.Test(Authid.Parse("owner@pbs"), AclPath.Parse("/datastore/main"), ["Datastore.Backup"], false),
            "True", "True", "True", NotToList, NotToList, "True", NotToList),
        new(nameof(Entries.ListVerifyJobs), "Jobs.List", s => s.Engine.Jobs.List(new() { Types = [JobType.Verify] }, s.Ignore, CancellationToken.None).Count(), "1", "1", "0", "0", "0", "1", "0"),
        new(nameof(Entries.ListPruneJobs), "Jobs.List", s => s.Engine.Jobs.List(new() { Types = [JobType.Prune] }, s.Ignore, CancellationToken.None).Count(), "1", "1", "0", "0", "0", "1", "0"),
        new(nameof(Entries.ListSyncJobs), "Jobs.List", s => s.Engine.Jobs.List(new() { Types = [JobType.Sync] }, s.Ignore, CancellationToken.None).Count(), "1", "1", "0", "0", "0", "1", "0"),
        new(nameof(Entries.ListGarbageCollections), "Jobs.List", s => s.Engine.Jobs.List(new() { Types = [JobType.GarbageCollection] }, s.Ignore, CancellationToken.None).Count(), "1", "1", "0", "0", "0", "1", "0"),
        new(nameof(Entries.ListRemotes), "Remotes.List", s => s.Engine.Remotes.List([], s.Ignore).Count(), "1", "1", "0", "0", "0", "1", "0"),
        new(nameof(Entries.ListTasks), "Tasks.List", s => s.Engine.Tasks.List(new(), s.Ignore, CancellationToken.None).Count(), "1", "1", "1", "0", "0", "1", "0"),
        new(nameof(Entries.TaskStatus), "Tasks.Get", s => s.Engine.Tasks.Get(Task, CancellationToken.None).Status, "OK", "OK", "OK", NotHisTask, NotHisTask, "OK", NotHisTask),
        new(nameof(Entries.TaskLog), "TaskLogs.Read", s => s.Engine.TaskLogs.Read(Task, new(), CancellationToken.None).Count(), "1", "1", "1", NotHisTask, NotHisTask, "1", NotHisTask),
        new(nameof(Entries.WaitForTask), "Tasks.Wait", s => s.Engine.Tasks.Wait(Task, TimeSpan.Zero, CancellationToken.None)?.Status,
            "OK", "OK", "OK", NotHisTask, NotHisTask, "OK", NotHisTask),
        new(nameof(Entries.StopTask), "Tasks.GetStoppable", s => s.Engine.Tasks.GetStoppable(Task, CancellationToken.None).Status, "OK", "OK", "OK", NotToStop, NotToStop, "OK", NotToStop),
        new(nameof(Entries.StopTask), "Tasks.Stop", s => s.Engine.Tasks.Stop(Task, CancellationToken.None).Status, "OK", "OK", "OK", NotToStop, NotToStop, "OK", NotToStop),
    ];

    // What tells nothing of a configuration or a registered store.
    private static readonly string[] Harmless = ["Resolver.Resolve", "Resolver.ResolvePath", "Resolver.IsPath", "Finder.Find", "Metrics.get_MetricNames",
        "Output.DemandOutside", "Acl.WarningOf"];

    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();

    public AdministrationMatrixTests()
    {
        foreach (string group in (string[])["vm/100", "vm/101", "vm/102", "ns/a/vm/1"]) _disk.AddSnapshot(group, Snapshot);
        _disk.AddGroup("vm/100", "owner@pbs\n");
        _disk.AddGroup("vm/101", "owner@pbs!t\n");
        _disk.AddGroup("vm/102");
        _disk.AddGroup("ns/a/vm/1");
        Directory.CreateDirectory(_disk.PathOf("ns/empty"));
        _server.Register(("main", _disk.Path, ""));
        _server.Write("verification.cfg", "verification: v-1\n\tstore main\n");
        _server.Write("prune.cfg", "prune: p-1\n\tstore main\n\tschedule daily\n");
        _server.Write("sync.cfg", "sync: s-1\n\tstore main\n\tremote off\n\tremote-store far\n");
        _server.Write("remote.cfg", "remote: off\n\thost far.example.com\n\tauth-id a@pbs\n\tpassword eA==\n");
        _server.Write("user.cfg", "user: admin@pbs\n\nuser: owner@pbs\n\nuser: other@pbs\n\nuser: nobody@pbs\n\nuser: off@pbs\n\tenable false\n\ntoken: owner@pbs!t\n");
        string tasks = System.IO.Path.Combine(_server.Root, "log", "tasks");
        Directory.CreateDirectory(System.IO.Path.Combine(tasks, "01"));
        File.WriteAllText(System.IO.Path.Combine(tasks, "01", Task.ToString()), "2024-05-01T10:00:00+00:00: TASK OK\n");
        File.WriteAllText(System.IO.Path.Combine(tasks, "archive"), $"{Task} 66321320 OK\n");
        _server.Write("acl.cfg", "acl:1:/:admin@pbs,off@pbs:Admin\nacl:1:/datastore/main:other@pbs,owner@pbs,owner@pbs!t:DatastoreBackup\n");
    }

    public static TheoryData<string, string> Cases => new(
        from row in Rows
        from authid in Identities
        select (row.ToString(), authid));

    private static Upid Task => Upid.Parse("UPID:pbs-one:00000001:00000001:00000000:66321320:verify:main:owner@pbs:");

    private static VerifyQuery OfPath => new() { Scopes = [VerifyScope.Of(Path)] };

    private static SnapshotPath Path => SnapshotPath.Parse($"vm/100/{Snapshot}");

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Everybody_gets_what_is_his_and_is_refused_the_rest_in_PBS_words(string name, string authid)
    {
        Row row = Rows.Single(each => each.ToString() == name);
        string before = Tree();
        string expected = row.Expected[Array.IndexOf(Identities, authid)], actual;
        try
        {
            actual = row.Act(new Scene(_server.Session(authid), _server.Root)) switch
            {
                NoteInfo note => note.Text,
                var other => other?.ToString() ?? "null",
            };
        }
        catch (PbsException e)
        {
            actual = e.Message;
            Assert.Equal(before, Tree());

            // Who has all privileges gets what the advice says that a privilege gives.
            bool isOwner = e.ErrorId == PbsErrorId.OwnerMismatch, isAll = row.Expected[1] != NotOf(Identities[1]);
            if (isOwner) Assert.Equal(isAll, e.RecommendedAction!.Contains("or as an identity with", StringComparison.Ordinal));
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Every_entry_has_a_row()
    {
        string[] entries = [.. typeof(Entries).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Select(field => field.Name)];
        Assert.Equal(entries.Order(), Rows.Select(row => row.Entry).Where(entry => entry.Length > 0).Distinct().Order());
    }

    [Fact]
    public void Every_method_has_a_row()
    {
        const BindingFlags all =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly;
        IEnumerable<string> methods = typeof(PbsEngine).GetProperties()
            .Where(service => service.PropertyType.Name.EndsWith("Service", StringComparison.Ordinal)
                || service.PropertyType.Namespace == typeof(DatastoreResolver).Namespace)
            .SelectMany(service => service.PropertyType.GetMethods(all).Select(
                method => $"{service.Name}.{method.Name}"));
        Assert.Equal(methods.Except(Harmless).Distinct().Order(), Rows.Select(row => row.Method).Distinct().Order());
    }

    private static string Missing(string privileges) => $"permission check failed - missing {privileges} on /datastore/main";

    /// <summary>Whoever is told that there is no such thing was let in.</summary>
    private static string Reached(string errorId, Action act) => Assert.ThrowsAny<PbsException>(act) is var error && error.ErrorId == errorId ? "reached" : throw error;

    private static string NotOf(string caller) => $"backup owner check failed ({caller} != owner@pbs)";

    private string Tree() => string.Join('\n', Directory.EnumerateFileSystemEntries(_disk.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        + File.ReadAllText(System.IO.Path.Combine(_server.ConfigRoot, "acl.cfg")) + File.ReadAllText(_disk.PathOf("vm/100/owner"));

    private sealed record Row(string Entry, string Method, Func<Scene, object?> Act, params string[] Expected)
    {
        public override string ToString() => $"{Entry} {Method}";
    }

    private sealed class Scene(PbsEngine engine, string folder)
    {
        public PbsEngine Engine { get; } = engine;

        public DatastoreContext Store { get; } = engine.Resolver.Resolve("main");

        public Authid Token { get; } = Authid.Parse("owner@pbs!t");

        public AclChange Grant { get; } = new(AclPath.Root, Role.Parse("Audit"), Authid.Parse("owner@pbs!t"));

        /// <summary>What the superuser planned, as anybody may have it out of a file.</summary>
        public PrunePlanInfo[] PlanOfRoot
        {
            get
            {
                PbsEngine engine = new PbsEngine(Connection.None);
                return [.. Pruning.Planned(engine, engine.Resolver.ResolvePath(Store.Path), Pruning.One("vm/100"), new()).Select(row => Pruning.Restored(row))];
            }
        }

        public PrunePlanInfo[] Plan(GroupQuery query) => Pruning.Planned(Engine, Store, query, new());

        public void Ignore(ListingProblem problem)
        {
        }

        public string? Search(SnapshotPath snapshot)
        {
            using var search = new FileSearch(new FileQuery());
            return Engine.Catalogs.Search(search, Store, snapshot)?.Reason;
        }

        public SaveRequest Save() => new("index.json.blob", System.IO.Path.Combine(folder, "out")) { Replace = true };

        public string? TestSignature(SnapshotPath snapshot)
        {
            using CryptKey key = new(CryptKeyTests.Bare);
            Engine.Content.TestSignature(Store, snapshot, key, out string? reason);
            return reason;
        }

        public int Verified(VerifyQuery query) => Verification.Run(Engine, Store, query).Results.Count;

        /// <summary>The indexes here are empty files; whoever has come as far as to find that out was let in.</summary>
        public string Garbage(Func<object> look)
        {
            try
            {
                look();
                return "all indexes can be read";
            }
            catch (PbsFormatException e) when (e.Message.Contains("index too small", StringComparison.Ordinal))
            {
                return BrokenIndex;
            }
        }

        public string Do(Action action)
        {
            action();
            return "done";
        }
    }
}
