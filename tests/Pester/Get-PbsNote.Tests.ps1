Describe 'Get-PbsNote' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'shows the notes of a group' {
        $note = Get-PbsNote ds1 host/alpha
        $note | Should -BeOfType PbsModule.Core.Features.Notes.NoteInfo
        $note.Text | Should -BeLike "Group comment first line`nsecond line*"
        "$note" | Should -Be 'host/alpha'
        $note.BackupTime | Should -BeNullOrEmpty
    }

    It 'shows the notes of a snapshot' {
        $note = Get-PbsNote ds1 -Snapshot host/alpha/2022-11-05T10:00:00Z
        $note.Text | Should -BeLike 'first backup*'
        "$note" | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
    }

    It 'takes groups, snapshots, texts, keys and rows' {
        (Get-PbsGroup ds1 host/alpha | Get-PbsNote).Text | Should -BeLike 'Group comment*'
        (Get-PbsSnapshot ds1 host/alpha/2022-11-05T10:00:00Z | Get-PbsNote).Text | Should -BeLike 'first backup*'
        ('host/alpha/2022-11-05T10:00:00Z', 'host/alpha' | Get-PbsNote -Datastore ds1).Count | Should -Be 2
        (Get-PbsNote ds1 -BackupType host -BackupId alpha).Text | Should -BeLike 'Group comment*'
        (Get-PbsNote ds1 -BackupType host -BackupId alpha -BackupTime 2022-11-05T10:00:00Z).Text | Should -BeLike 'first backup*'
        (Get-PbsNote ds1 host/alpha | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsNote).Text | Should -BeLike 'Group comment*'
        (Get-PbsSnapshot ds1 host/alpha/2022-11-05T10:00:00Z | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsNote).Text | Should -BeLike 'first backup*'
    }

    It 'shows nothing that a terminal would obey' {
        $server = Connect-TestServer
        try {
            Set-Content "$($server.Store)/host/alpha/notes" "`e[31mred`e]0;title`a"
            $note = Get-PbsNote ds1 host/alpha
            $note.Text | Should -BeLike "`e*"
            $view = ($note | Out-String) + (Get-PbsGroup ds1 host/alpha | Out-String)
            ($view -replace "`e\[[\d;]*m").IndexOfAny("`e`a".ToCharArray()) | Should -Be -1
            $view | Should -BeLike '*␛`[31mred*'
        }
        finally { $null = Connect-PbsServer (New-ConfigRoot) }
    }

    It 'is empty where there are none' {
        (Get-PbsNote ds1 vm/100).Text | Should -Be ''
        (Get-PbsNote ds1 -Snapshot host/alpha/2023-03-26T00:30:00Z).Text | Should -Be ''
    }

    It 'reports what is not there and goes on' {
        $failed = $null
        @(Get-PbsNote ds1 -Group vm/999, host/alpha -ErrorAction SilentlyContinue -ErrorVariable failed).Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.GetPbsNoteCommand'
        { Get-PbsNote ds1 -Snapshot vm/100/2020-01-01T00:00:00Z -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
    }

    It 'is whole in JSON' { (Get-PbsNote ds1 host/alpha | ConvertTo-Json | ConvertFrom-Json).Text | Should -BeLike 'Group*second*' }

    It 'completes groups and snapshots' {
        (Get-Completion 'Get-PbsNote ds1 host/al').CompletionText | Should -Be 'host/alpha'
        (Get-Completion 'Get-PbsNote ds1 host/alpha/2022').CompletionText | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
        (Get-Completion 'Get-PbsNote ds1 -Snapshot vm/100/').CompletionText.Count | Should -Be 2
    }
}
