Describe 'Unprotect-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $one = 'host/alpha/2023-03-26T00:30:00Z'
    }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'changes the protection of a snapshot' {
        Unprotect-PbsSnapshot ds1 $one | Should -BeNullOrEmpty
        Test-Path (Join-Path $server.Store $one .protected) | Should -Be $false
        (Get-PbsSnapshot ds1 $one).Protected | Should -Be $false
        # Once more is the same.
        Unprotect-PbsSnapshot ds1 $one -ErrorAction Stop
        @(Get-PbsSnapshot ds1 -Protected).Count | Should -Be 0
    }

    It 'writes the snapshot as it is now with -PassThru' {
        $changed = Unprotect-PbsSnapshot ds1 $one -PassThru
        $changed | Should -BeOfType PbsModule.Core.Features.Listing.SnapshotInfo
        "$changed" | Should -Be $one
        $changed.Protected | Should -Be $false
        $changed.Size | Should -Be (Get-PbsSnapshot ds1 $one).Size
    }

    It 'takes snapshots, texts and rows' {
        Get-PbsSnapshot ds1 -BackupType host -Recurse -WarningAction SilentlyContinue | Unprotect-PbsSnapshot
        (Get-PbsSnapshot ds1 -BackupType host -Recurse -WarningAction SilentlyContinue).Protected | Sort-Object -Unique | Should -Be $false
        ($one | Unprotect-PbsSnapshot -Datastore ds1 -PassThru).Protected | Should -Be $false
        (Get-PbsSnapshot ds1 $one | ConvertTo-Csv | ConvertFrom-Csv | Unprotect-PbsSnapshot -PassThru).Protected | Should -Be $false
        (Unprotect-PbsSnapshot ds1 -Snapshot vm/200/2024-07-03T00:00:00Z -Namespace a/b -PassThru).Namespace | Should -Be a/b
    }

    It 'refuses what is no snapshot' {
        $before = Get-Fingerprint $server.Store
        foreach ($other in { Get-PbsGroup ds1 host/alpha }, { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 }, { Get-PbsSnapshotFile ds1 -Snapshot $one }, { Get-PbsNote ds1 -Snapshot $one | ConvertTo-Csv | ConvertFrom-Csv }) {
            { & $other | Unprotect-PbsSnapshot -ErrorAction Stop } | Should -Throw
        }
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        Unprotect-PbsSnapshot ds1 $one -WhatIf -PassThru | Should -BeNullOrEmpty
        { Unprotect-PbsSnapshot ds1 vm/100/2020-01-01T00:00:00Z -WhatIf -ErrorAction Stop } | Should -Throw 'snapshot vm/100/2020-01-01T00:00:00Z does not exist!' -ErrorId 'SnapshotNotFound,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'reports what is not there and goes on, and refuses who may not' {
        @(Unprotect-PbsSnapshot ds1 vm/999/2020-01-01T00:00:00Z, $one -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.UnprotectPbsSnapshotCommand'
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Unprotect-PbsSnapshot ds1 vm/100/2024-05-05T00:00:02Z -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace'
        (Unprotect-PbsSnapshot ds1 $one -PassThru).Protected | Should -Be $false
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId off@pbs
        { Unprotect-PbsSnapshot ds1 $one -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify|Datastore.Backup on /datastore/ds1'
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Unprotect-PbsSnapshot ds1 $one -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        (Unprotect-PbsSnapshot ds1 $one -Force -PassThru).Protected | Should -Be $false
    }

    It 'works in parallel and ends early' {
        @(Get-PbsSnapshot ds1 -BackupType vm, ct | ForEach-Object -Parallel { $_ | Unprotect-PbsSnapshot -PassThru }).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 -BackupType vm, ct | Unprotect-PbsSnapshot -PassThru | Select-Object -First 1).Count | Should -Be 1
    }

    It 'completes' {
        (Get-Completion 'Unprotect-PbsSnapshot ds1 host/alpha/2022').CompletionText | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
    }
}
