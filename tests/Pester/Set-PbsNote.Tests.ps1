Describe 'Set-PbsNote' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $alpha = 'host/alpha/2024-10-27T01:30:00Z'
    }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'changes the notes of a group' {
        Set-PbsNote ds1 host/alpha "one`ntwo" | Should -BeNullOrEmpty
        Get-Content (Join-Path $server.Store host/alpha/notes) -Raw | Should -Be "one`ntwo"
        (Set-PbsNote ds1 -Group host/alpha -Text three, four -PassThru).Text | Should -Be "three`nfour"
        (Get-PbsGroup ds1 host/alpha).Comment | Should -Be 'three'
        (Set-PbsNote ds1 vm/200 'in a/b' -Namespace a/b -PassThru).Namespace | Should -Be 'a/b'
    }

    It 'changes the notes of a snapshot' {
        $note = Set-PbsNote ds1 $alpha 'of a snapshot' -PassThru
        $note | Should -BeOfType PbsModule.Core.Features.Notes.NoteInfo
        "$note" | Should -Be $alpha
        (Get-PbsSnapshot ds1 $alpha).Comment | Should -Be 'of a snapshot'
        (Get-PbsNote ds1 host/alpha).Text | Should -BeLike 'Group comment*'
        Set-PbsNote ds1 -Snapshot $alpha -Text ''
        (Get-PbsSnapshot ds1 $alpha).Comment | Should -BeNullOrEmpty
        (Set-PbsNote ds1 -BackupType host -BackupId alpha -BackupTime 2024-10-27T01:30:00Z -Text keys -PassThru).BackupTime | Should -Not -BeNullOrEmpty
    }

    It 'takes groups, snapshots, texts and notes' {
        (Get-PbsGroup ds1 host/alpha | Set-PbsNote -Text g -PassThru).BackupTime | Should -BeNullOrEmpty
        @(Get-PbsSnapshot ds1 -BackupType vm | Set-PbsNote -Text s -PassThru | Where-Object BackupTime).Count | Should -Be 2
        "$('host/alpha', $alpha | Set-PbsNote -Datastore ds1 -Text t -PassThru)" | Should -Be "host/alpha $alpha"
        Get-PbsNote ds1 -Snapshot $alpha | Set-PbsNote -Text n
        (Get-PbsSnapshot ds1 $alpha).Comment | Should -Be 'n'
        (Get-PbsNote ds1 host/alpha).Text | Should -Be 't'
        Get-PbsNote ds1 host/alpha | Set-PbsNote -Text of-the-group
        (Get-PbsNote ds1 host/alpha).Text | Should -Be 'of-the-group'
        (Get-PbsSnapshot ds1 $alpha).Comment | Should -Be 'n'
    }

    It 'brings back what Export-Csv kept' {
        $csv = Join-Path $TestDrive notes.csv
        $before = @(Get-PbsGroup ds1 -Recurse | Get-PbsNote) + @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Get-PbsNote)
        $before | Export-Csv $csv
        Get-PbsGroup ds1 -Recurse | Set-PbsNote -Text gone
        Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Set-PbsNote -Text gone
        Import-Csv $csv | Set-PbsNote
        $after = @(Get-PbsGroup ds1 -Recurse | Get-PbsNote) + @(Get-PbsSnapshot ds1 -BackupType host -BackupId alpha | Get-PbsNote)
        $after.Text | Should -Be $before.Text
        $before.Text | Should -Contain "Group comment first line`nsecond line`n"
    }

    It 'refuses what does not say which group' {
        $before = Get-Fingerprint $server.Store
        { Set-PbsNote ds1 -Text all -ErrorAction Stop } | Should -Throw -ErrorId 'GroupRequired,*'
        { Get-PbsNamespace ds1 | Set-PbsNote -Text all -ErrorAction Stop } | Should -Throw -ErrorId 'GroupRequired,*'
        { Get-PbsDatastore ds1 | Set-PbsNote -Text all -ErrorAction Stop } | Should -Throw
        Get-Fingerprint $server.Store | Should -Be $before
        @(Set-PbsNote ds1 -BackupType * -BackupId * -Text all -PassThru).Count | Should -BeGreaterThan 5
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        Get-PbsSnapshot ds1 | Set-PbsNote -Text x -WhatIf -ErrorAction SilentlyContinue
        Get-PbsGroup ds1 | Set-PbsNote -Text x -WhatIf -PassThru | Should -BeNullOrEmpty
        { Set-PbsNote ds1 vm/999 x -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'reports what is not there, and goes on' {
        $failed = $null
        @(Set-PbsNote ds1 vm/999, vm/100 x -PassThru -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.SetPbsNoteCommand'
        { Set-PbsNote ds1 vm/100/2020-01-01T00:00:00Z x -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
    }

    It 'refuses who may not, in PBS''s words' {
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Set-PbsNote ds1 vm/100 x -ErrorAction Stop } | Should -Throw 'there is no group ''vm/100'' in datastore ''ds1'', root namespace' -ErrorId 'GroupNotFound,*'
        (Set-PbsNote ds1 host/alpha mine -PassThru).Text | Should -Be 'mine'
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Set-PbsNote ds1 vm/100 x -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        (Set-PbsNote ds1 vm/100 x -Force -PassThru).Text | Should -Be 'x'
    }

    It 'works in parallel and ends early' {
        @(Get-PbsSnapshot ds1 -BackupType vm, ct | ForEach-Object -Parallel { $_ | Set-PbsNote -Text parallel -PassThru }).Count | Should -Be 5
        @(Get-PbsSnapshot ds1 -BackupType vm, ct | Set-PbsNote -Text early -PassThru | Select-Object -First 1).Count | Should -Be 1
        @(Get-PbsSnapshot ds1 -BackupType vm, ct -Comment early).Count | Should -Be 1
    }

    It 'completes groups and snapshots' {
        (Get-Completion 'Set-PbsNote ds1 host/al').CompletionText | Should -Be 'host/alpha'
        (Get-Completion 'Set-PbsNote ds1 -Snapshot host/alpha/2022').CompletionText | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
    }
}
