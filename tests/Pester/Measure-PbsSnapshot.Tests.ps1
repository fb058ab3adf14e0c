Describe 'Measure-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'counts each snapshot, and what it added' {
        $old, $new = Measure-PbsSnapshot ds1 vm/100
        $old | Should -BeOfType PbsModule.Core.Features.Space.SnapshotSpaceInfo
        "$old", "$new" | Should -Be 'vm/100/2024-05-05T00:00:02Z', 'vm/100/2024-05-12T00:00:02Z'
        $old.AddedSize | Should -Be $old.StoredSize
        $new.AddedSize | Should -Be $new.ExclusiveSize
        $new.SharedSize + $new.ExclusiveSize | Should -Be $new.StoredSize
        $new.LogicalSize | Should -Be (Get-PbsSnapshotFile ds1 "$new" -FileName *.fidx | Measure-Object Size -Sum).Sum
    }

    It 'counts several as one with -AsSet: their group, and less' {
        $set = Get-PbsSnapshot ds1 vm/100 | Measure-PbsSnapshot -AsSet
        $set | Should -BeOfType PbsModule.Core.Features.Space.SnapshotSetSpaceInfo
        $group = Measure-PbsGroup ds1 vm/100
        $set.SnapshotCount, $set.StoredSize, $set.ExclusiveSize | Should -Be 2, $group.StoredSize, $group.ExclusiveSize
        $set.ExclusiveSize | Should -BeGreaterThan (Measure-PbsSnapshot ds1 vm/100 | Measure-Object ExclusiveSize -Sum).Sum
        (Get-PbsSnapshot ds1 -Recurse | Measure-PbsSnapshot -AsSet).ExclusiveSize | Should -BeLessOrEqual (Measure-PbsDatastore ds1).StoredSize
        @(Measure-PbsSnapshot ds1, $Corrupt -BackupType vm -AsSet -WarningAction Ignore).Count | Should -Be 2
    }

    It 'tells what a prune would free' {
        $removed = Get-PbsPrunePlan ds1 -BackupType vm -KeepLast 1 | Where-Object Keep -eq $false
        ($removed | Measure-PbsSnapshot -AsSet).ExclusiveSize | Should -Be (Measure-PbsSnapshot ds1 -Snapshot vm/100/2024-05-05T00:00:02Z).ExclusiveSize
    }

    It 'takes snapshots by keys, identity, pipe and row' {
        "$(Measure-PbsSnapshot ds1 -BackupType vm -BackupId 100 -BackupTime 2024-05-12T00:00:02Z)" | Should -Be 'vm/100/2024-05-12T00:00:02Z'
        "$(Measure-PbsSnapshot ds1 -Snapshot vm/100/2024-05-12T00:00:02Z)" | Should -Be 'vm/100/2024-05-12T00:00:02Z'
        @(Get-PbsGroup ds1 host/alpha | Measure-PbsSnapshot).Count | Should -Be 5
        "$(Get-PbsSnapshot ds1 vm/100 | ConvertTo-Csv | ConvertFrom-Csv | Measure-PbsSnapshot)" | Should -Be "$(Get-PbsSnapshot ds1 vm/100)"
        @(Get-PbsSnapshot ds1 -Namespace a | Measure-PbsSnapshot).Namespace | Should -Be 'a', 'a'
    }

    It 'reports one that is not there and goes on' {
        $failed = $null
        "$(Measure-PbsSnapshot ds1 -Snapshot vm/100/2020-01-01T00:00:00Z, vm/100/2024-05-12T00:00:02Z -ErrorAction SilentlyContinue -ErrorVariable failed)" | Should -Be 'vm/100/2024-05-12T00:00:02Z'
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.MeasurePbsSnapshotCommand'
    }

    It 'is for who may audit the store' {
        $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
        try { { Measure-PbsSnapshot ds1 host/alpha -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, ends early, stops, and runs in parallel' {
        $before = Get-Fingerprint $Store
        @(Measure-PbsSnapshot ds1 -Recurse | Select-Object -First 2).Count | Should -Be 2
        $sizes = 1..3 | ForEach-Object -Parallel { Import-Module $env:PBS_TEST_MODULE; (Measure-PbsSnapshot $env:PBS_TEST_STORE vm/100)[0].StoredSize }
        $sizes | Sort-Object -Unique | Should -HaveCount 1
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { Measure-PbsSnapshot '$Store' vm/100 }" -After 1 | Should -BeLessThan 10
    }

    It 'completes, and reads as a table' {
        (Get-Completion 'Measure-PbsSnapshot ds1 -BackupType v').CompletionText | Should -Be 'vm'
        foreach ($items in @(Measure-PbsSnapshot ds1 -Recurse), @(Measure-PbsSnapshot ds1 vm/100 -AsSet)) {
            $text = $items | Format-Table | Out-String -Width 120 -Stream
            ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        }
    }
}
