Describe 'Get-PbsSnapshotFile' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $vm = 'vm/100/2024-05-12T00:00:02Z'
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists as PBS does: manifest order, the manifest, the rest' {
        $files = Get-PbsSnapshotFile ds1 $vm
        $files[0] | Should -BeOfType PbsModule.Core.Features.Listing.SnapshotFileInfo
        $files.FileName | Should -Be 'qemu-server.conf.blob', 'fw.conf.blob', 'drive-efidisk0.img.fidx', 'drive-scsi0.img.fidx', 'index.json.blob', 'client.log.blob'
        $disk = $files | Where-Object FileName -eq drive-scsi0.img.fidx
        $disk.Size, $disk.CryptMode | Should -Be 16MB, 'None'
        "$disk" | Should -Be "$vm/drive-scsi0.img.fidx"
        $disk.Datastore, $disk.BackupType, $disk.BackupId | Should -Be 'ds1', 'vm', '100'
    }

    It 'takes snapshots, groups, texts and rows' {
        @(Get-PbsSnapshot ds1 $vm | Get-PbsSnapshotFile).Count | Should -Be 6
        @(Get-PbsGroup ds1 vm/100 | Get-PbsSnapshotFile).Count | Should -Be 12
        @($vm | Get-PbsSnapshotFile -Datastore ds1).Count | Should -Be 6
        @(Get-PbsSnapshotFile ds1 -BackupType vm -BackupId 100 -BackupTime 2024-05-12T00:00:02Z).Count | Should -Be 6
        @(Get-PbsSnapshot ds1 $vm | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshotFile).Count | Should -Be 6
        $file = Get-PbsSnapshotFile ds1 $vm -FileName *.conf.blob | Select-Object -First 1
        ($file | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsSnapshotFile).FileName | Should -Be 'qemu-server.conf.blob'
    }

    It 'filters by name' {
        (Get-PbsSnapshotFile ds1 $vm -FileName *.fidx).Count | Should -Be 2
        (Get-PbsSnapshotFile ds1 $vm -FileName fw.conf.blob).Size | Should -BeGreaterThan 0
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        @(Get-PbsSnapshotFile ds1 -Snapshot vm/100/2020-01-01T00:00:00Z, $vm -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 6
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.GetPbsSnapshotFileCommand'
        { Get-PbsSnapshotFile ds1 $vm -FileName none -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotFileNotFound,*'
        Get-PbsSnapshotFile ds1 $vm -FileName none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'reports a manifest that cannot be read, with the file' {
        $failed = $null
        Get-PbsSnapshotFile $Corrupt host/alpha/2022-11-05T10:00:00Z -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed[0].CategoryInfo.Category | Should -Be 'InvalidData'
        "$($failed[0])" | Should -Match 'index.json.blob'

        # Once, also where the snapshots are looked for.
        $null = Get-PbsSnapshotFile $Corrupt host/alpha -ErrorAction SilentlyContinue -ErrorVariable failed -WarningAction SilentlyContinue -WarningVariable warned
        $failed | Should -HaveCount 1
        $warned | Should -BeNullOrEmpty
    }

    It 'stops early, and runs in parallel' {
        @(Get-PbsGroup ds1 -BackupType ct, vm | Get-PbsSnapshotFile | Select-Object -First 2).Count | Should -Be 2
        $count = Get-PbsSnapshot ds1 -BackupType ct, vm | ForEach-Object -Parallel { @($_ | Get-PbsSnapshotFile).Count }
        ($count | Measure-Object -Sum).Sum | Should -Be 24
    }

    It 'completes file names' {
        (Get-Completion "Get-PbsSnapshotFile ds1 $vm -FileName dr").CompletionText | Should -Be 'drive-efidisk0.img.fidx', 'drive-scsi0.img.fidx'
        (Get-Completion 'Get-PbsSnapshotFile ds1 -BackupType vm -FileName q').CompletionText | Should -Be 'qemu-server.conf.blob'
    }

    It 'is whole in JSON' {
        $json = Get-PbsSnapshotFile ds1 $vm | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json
        $json[3].Size | Should -Be 16MB
    }
}
