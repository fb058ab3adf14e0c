@{
    RootModule           = 'PbsModule.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '6f2c45da-1fb5-4f64-b485-0934524b1033'
    Author               = 'The PbsModule contributors'
    CompanyName          = 'The PbsModule contributors'
    Copyright            = '(c) The PbsModule contributors. MIT licence.'
    Description          = 'Reads Proxmox Backup Server datastores on disk, registered on a server or rescued from one: namespaces, groups, snapshots, files, notes, as typed objects. Shows and changes who may do what in it.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PbsModule.Format.ps1xml')
    TypesToProcess       = @('PbsModule.Types.ps1xml')
    CmdletsToExport      = @(
        'Add-PbsBackupLog'
        'Compare-PbsSnapshot'
        'Connect-PbsServer'
        'Disconnect-PbsServer'
        'Export-PbsReport'
        'Find-PbsChunkReference'
        'Find-PbsDatastore'
        'Find-PbsFile'
        'Get-PbsAcl'
        'Get-PbsCatalogItem'
        'Get-PbsConnection'
        'Get-PbsDatastore'
        'Get-PbsDatastoreMetric'
        'Get-PbsDatastoreStatus'
        'Get-PbsGarbageCollectionStatus'
        'Get-PbsGroup'
        'Get-PbsNamespace'
        'Get-PbsNote'
        'Get-PbsPermission'
        'Get-PbsPrivilege'
        'Get-PbsPrunePlan'
        'Get-PbsRole'
        'Get-PbsSnapshot'
        'Get-PbsSnapshotFile'
        'Get-PbsSnapshotFileContent'
        'Get-PbsTask'
        'Get-PbsTaskLog'
        'Get-PbsToken'
        'Get-PbsUser'
        'Invoke-PbsPrune'
        'Measure-PbsDatastore'
        'Measure-PbsGroup'
        'Measure-PbsSnapshot'
        'Measure-PbsGarbage'
        'New-PbsNamespace'
        'Protect-PbsSnapshot'
        'Remove-PbsAcl'
        'Remove-PbsGroup'
        'Remove-PbsNamespace'
        'Save-PbsSnapshotFile'
        'Remove-PbsSnapshot'
        'Set-PbsAcl'
        'Set-PbsNote'
        'Set-PbsOwner'
        'Start-PbsVerify'
        'Show-PbsUsage'
        'Start-PbsGarbageCollection'
        'Stop-PbsTask'
        'Test-PbsPermission'
        'Test-PbsSnapshotSignature'
        'Unprotect-PbsSnapshot'
        'Test-PbsSnapshot'
        'Wait-PbsTask'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @('Invoke-PbsVerify')
    PrivateData          = @{
        PSData = @{
            Tags         = @('Proxmox', 'ProxmoxBackupServer', 'PBS', 'Backup', 'Restore', 'AccessControl', 'ACL', 'Datastore', 'Linux', 'Windows', 'MacOS', 'PSEdition_Core')
            LicenseUri   = 'https://opensource.org/license/mit'
            ProjectUri   = 'https://github.com/pbsmodule/PbsModule'
            ReleaseNotes = 'https://github.com/pbsmodule/PbsModule/blob/main/CHANGELOG.md'
        }
    }
}
