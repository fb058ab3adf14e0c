Describe 'Measure-PbsGroup' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'counts each group, in the order of listings' {
        $groups = Measure-PbsGroup ds1 -Recurse
        $groups[0] | Should -BeOfType PbsModule.Core.Features.Space.GroupSpaceInfo
        "$groups" | Should -Be "$(Get-PbsGroup ds1 -Recurse)"
        $groups | ForEach-Object { $_.SharedSize + $_.ExclusiveSize | Should -Be $_.StoredSize }
        ($groups | Measure-Object LogicalSize -Sum).Sum | Should -BeLessOrEqual (Measure-PbsDatastore ds1).LogicalSize
        ($groups | Measure-Object ExclusiveSize -Sum).Sum | Should -BeLessOrEqual (Measure-PbsDatastore ds1).StoredSize
    }

    It 'takes groups by keys, identity, pipe and row' {
        "$(Measure-PbsGroup ds1 -BackupType vm -BackupId 100)" | Should -Be 'vm/100'
        "$(Measure-PbsGroup ds1 vm/100, host/alpha)" | Should -Be 'vm/100 host/alpha'
        "$(Measure-PbsGroup ds1 ns/a/ns/b/vm/200)" | Should -Be 'ns/a/ns/b/vm/200'
        (Get-PbsGroup ds1 vm/100 | Measure-PbsGroup).SnapshotCount | Should -Be 2
        $row = Get-PbsGroup ds1 -Namespace a/b | ConvertTo-Csv | ConvertFrom-Csv | Measure-PbsGroup
        "$row" | Should -Be 'ns/a/ns/b/ct/101 ns/a/ns/b/vm/200'
        @('vm/100', 'vm/100' | Measure-PbsGroup ds1).Count | Should -Be 1
    }

    It 'reports one that is not there and goes on; a wildcard is no error' {
        $failed = $null
        "$(Measure-PbsGroup ds1 vm/999, vm/100 -ErrorAction SilentlyContinue -ErrorVariable failed)" | Should -Be 'vm/100'
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.MeasurePbsGroupCommand'
        Measure-PbsGroup ds1 -BackupId none* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'says which groups have damage' {
        (Measure-PbsGroup $Corrupt -Recurse -WarningAction Ignore | Where-Object Problem).Count | Should -BeGreaterThan 0
    }

    It 'is for who may audit the store' {
        $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot -AuthId backup@pbs
        try { { Measure-PbsGroup ds1 host/alpha -ErrorAction Stop } | Should -Throw -ErrorId 'PermissionDenied,*' }
        finally { $null = Connect-PbsServer (Get-PbsConnection).ConfigRoot }
    }

    It 'changes nothing, ends early, and stops' {
        $before = Get-Fingerprint $Store
        @(Measure-PbsGroup ds1 -Recurse | Select-Object -First 2).Count | Should -Be 2
        Get-Fingerprint $Store | Should -Be $before
        Measure-Stop "while (`$true) { Measure-PbsGroup '$Store' }" -After 1 | Should -BeLessThan 10
    }

    It 'completes, and reads as a table' {
        (Get-Completion 'Measure-PbsGroup ds1 vm/1').CompletionText | Should -Be 'vm/100'
        $text = Measure-PbsGroup ds1 -Recurse | Format-Table | Out-String -Width 120 -Stream
        ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
        "$text" | Should -Match 'Its own'
    }
}
