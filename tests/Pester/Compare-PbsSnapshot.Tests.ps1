Describe 'Compare-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
        $first, $second = 'host/alpha/2022-11-05T10:00:00Z', 'host/alpha/2023-03-26T00:30:00Z'
    }
    AfterAll { Disconnect-PbsServer }

    It 'compares with the snapshot before' {
        $differences = Compare-PbsSnapshot ds1 -Snapshot $second
        $differences[0] | Should -BeOfType PbsModule.Core.Features.Compare.SnapshotDifferenceInfo
        "$differences" | Should -Be 'Added root.pxar/data/day1.txt Changed root.pxar/data/text.log'
        $differences[0].ReferenceSnapshot, $differences[0].Size, $differences[0].ReferenceSize | Should -Be $first, 2000, 0
        $differences[1].Size | Should -BeGreaterThan $differences[1].ReferenceSize
        $differences[1].LastWriteTime | Should -Not -BeNullOrEmpty
    }

    It 'compares with any other, both ways' {
        $there = Compare-PbsSnapshot ds1 -Snapshot $second -ReferenceSnapshot $first
        $back = Compare-PbsSnapshot ds1 -Snapshot $first -ReferenceSnapshot $second
        $there.Change | Should -Be 'Added', 'Changed'
        $back.Change | Should -Be 'Removed', 'Changed'
        Compare-PbsSnapshot ds1 -Snapshot $first -ReferenceSnapshot $first | Should -BeNullOrEmpty
        $object = Get-PbsSnapshot ds1 -Snapshot $first
        "$(Get-PbsSnapshot ds1 -Snapshot $second | Compare-PbsSnapshot -ReferenceSnapshot $object)" | Should -Be "$there"
    }

    It 'tells the ranges of images' {
        $ranges = @(Compare-PbsSnapshot ds1 vm/100 -Archive drive-scsi0.img)
        $ranges.Count | Should -BeGreaterThan 0
        $ranges | ForEach-Object { $_.Change, $_.Path | Should -Be 'Changed', $null; $_.Size | Should -BeGreaterThan 0 }
        (Compare-PbsSnapshot ds1 vm/100 -Archive *.img).Archive | Sort-Object -Unique | Should -Contain 'drive-scsi0.img'
    }

    It 'takes snapshots by keys, pipe and row; the first of a group has none before it' {
        @(Compare-PbsSnapshot ds1 -BackupType host -BackupId alpha | Group-Object BackupTime).Count | Should -Be 4
        $verbose = Compare-PbsSnapshot ds1 -Snapshot $first -Verbose 4>&1 3>$null
        "$verbose" | Should -Match 'is the first of its group'
        "$(Get-PbsSnapshot ds1 -Snapshot $second | ConvertTo-Csv | ConvertFrom-Csv | Compare-PbsSnapshot)" | Should -Match 'day1'
        @(Compare-PbsSnapshot ds1 -Snapshot $second | ConvertTo-Csv | ConvertFrom-Csv)[0].Path | Should -Be '/data/day1.txt'
    }

    It 'never passes nothing to compare off as no difference' {
        $warned = $failed = $null
        Compare-PbsSnapshot ds1 -Snapshot $first -WarningAction SilentlyContinue -WarningVariable warned | Should -BeNullOrEmpty
        "$warned" | Should -Match 'is the first of its group'
        $null = Get-PbsSnapshot ds1 -BackupId alpha | Compare-PbsSnapshot -WarningVariable warned
        $warned | Should -BeNullOrEmpty
        Compare-PbsSnapshot ds1 -Snapshot $second -Archive none.pxar -ErrorAction SilentlyContinue -ErrorVariable failed | Should -BeNullOrEmpty
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotFileNotFound,PbsModule.Commands.ComparePbsSnapshotCommand'
        $failed.Clear()
        Compare-PbsSnapshot ds1 -Snapshot $second -Archive none*, root.pxar.didx -ErrorVariable failed | Should -Not -BeNullOrEmpty
        $null = Compare-PbsSnapshot ds1 -BackupId alpha -Archive home.pxar -ErrorVariable failed
        $failed | Should -BeNullOrEmpty
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        @(Compare-PbsSnapshot ds1 -Snapshot host/alpha/2020-01-01T00:00:00Z, $second -ReferenceSnapshot $first -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotNotFound,PbsModule.Commands.ComparePbsSnapshotCommand'
        $other = Get-PbsSnapshot $Corrupt -BackupType ct -BackupId 101 -Latest 1 -WarningAction Ignore
        { Compare-PbsSnapshot ds1 -Snapshot $second -ReferenceSnapshot $other -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
        { Compare-PbsSnapshot ds1 -Snapshot $second -ReferenceSnapshot nonsense } | Should -Throw
    }

    It 'is for who may read both' {
        $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
        try {
            @(Compare-PbsSnapshot ds1 -Snapshot $second).Count | Should -Be 2
            { Compare-PbsSnapshot ds1 -Snapshot $second -ReferenceSnapshot ct/101/2024-03-01T22:15:00Z -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'compares encrypted snapshots with their key, and by chunks without it' {
        $key = Join-Path $PSScriptRoot ../corpus/keys/enc-kdf-none.json
        $other = 'host/signed/2024-04-01T09:00:00Z'
        $warned = $null
        $ranges = Compare-PbsSnapshot ds1 -Snapshot host/enc/2024-04-02T08:00:00Z -ReferenceSnapshot $other -Archive data.pxar -WarningAction SilentlyContinue -WarningVariable warned
        ($warned -join ' ') | Should -Match 'is encrypted.*only the chunks'
        $ranges.Change | Sort-Object -Unique | Should -Be 'Added', 'Removed'
        $ranges.Offset | Should -Contain 0
        $warned = $null
        $files = @(Compare-PbsSnapshot ds1 -Snapshot host/enc/2024-04-02T08:00:00Z -ReferenceSnapshot $other -Archive data.pxar -KeyFile $key -WarningVariable warned -ErrorAction Stop)
        $warned | Should -BeNullOrEmpty
        $files | ForEach-Object { $_.Offset | Should -BeNullOrEmpty; $_.Path | Should -Not -BeNullOrEmpty }
    }

    It 'changes nothing, ends early, and stops' {
        $before = Get-Fingerprint $Store
        @(Compare-PbsSnapshot ds1 -BackupType host -BackupId alpha | Select-Object -First 1).Count | Should -Be 1
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { Compare-PbsSnapshot '$Store' host/alpha }" -After 3 | Should -BeLessThan 10
    }

    It 'completes, and fits a table' {
        (Get-Completion "Compare-PbsSnapshot ds1 -Snapshot $second -Archive ro").CompletionText | Should -Be 'root.pxar'
        (Get-Completion 'Compare-PbsSnapshot ds1 -ReferenceSnapshot vm/100/2024-05-1').CompletionText | Should -Be 'vm/100/2024-05-12T00:00:02Z'
        $text = Compare-PbsSnapshot ds1 -BackupType host -BackupId alpha | Format-Table | Out-String -Width 120 -Stream
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
    }
}
