Describe 'Remove-PbsSnapshot' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $old = 'vm/100/2024-05-05T00:00:02Z'
    }
    BeforeEach { $server = Connect-TestServer }
    AfterAll { Disconnect-PbsServer }

    It 'removes a snapshot and leaves its group' {
        Remove-PbsSnapshot ds1 $old -Confirm:$false | Should -BeNullOrEmpty
        Join-Path $server.Store $old | Should -Not -Exist
        Remove-PbsSnapshot ds1 vm/100/2024-05-12T00:00:02Z -Confirm:$false
        (Get-ChildItem (Join-Path $server.Store vm/100)).Name | Should -Be owner
        (Get-PbsGroup ds1 vm/100 -Force).BackupCount | Should -Be 0
    }

    It 'removes a group with its last snapshot on a server that does so, and says it' -Skip:(-not $IsLinux) {
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -ServerVersion 4.2.3
        @(Remove-PbsSnapshot ds1 $old -Confirm:$false -Verbose 4>&1 | Where-Object Message -Like '*last snapshot*').Count | Should -Be 0
        $said = Remove-PbsSnapshot ds1 vm/100/2024-05-12T00:00:02Z -Confirm:$false -Verbose 4>&1
        $said[-1].Message | Should -Be 'vm/100/2024-05-12T00:00:02Z was the last snapshot of its group, which is removed with its owner and notes'
        Join-Path $server.Store vm/100 | Should -Not -Exist
        Join-Path $server.Store vm | Should -Exist
    }

    It 'takes snapshots, texts and rows' {
        Get-PbsSnapshot ds1 $old | Remove-PbsSnapshot -Confirm:$false
        'vm/100/2024-05-12T00:00:02Z' | Remove-PbsSnapshot -Datastore ds1 -Confirm:$false
        @(Get-PbsSnapshot ds1 -BackupType vm).Count | Should -Be 0
        Get-PbsSnapshot ds1 -BackupType ct | ConvertTo-Csv | ConvertFrom-Csv | Remove-PbsSnapshot -Confirm:$false
        @(Get-PbsSnapshot ds1 -BackupType ct).Count | Should -Be 0
        Get-PbsSnapshot ds1 -Namespace a | ConvertTo-Json -Depth 4 | ConvertFrom-Json | Remove-PbsSnapshot -Confirm:$false
        @(Get-PbsSnapshot ds1 -Namespace a).Count | Should -Be 0
        Remove-PbsSnapshot ds1 -Snapshot vm/200/2024-07-03T00:00:00Z -Namespace a/b -Confirm:$false
        [pscustomobject]@{ Datastore = 'ds1'; Namespace = 'a/b'; BackupType = 'ct'; BackupId = '101'; BackupTime = '2024-07-04T00:00:00Z' } | Remove-PbsSnapshot -Confirm:$false
        @(Get-PbsSnapshot ds1 -Namespace a -Recurse).Count | Should -Be 0
        Get-PbsSnapshot ds1 host/enc | Export-Clixml (Join-Path $TestDrive enc.xml)
        Import-Clixml (Join-Path $TestDrive enc.xml) | Remove-PbsSnapshot -Confirm:$false
        @(Get-PbsSnapshot ds1 host/enc).Count | Should -Be 0
    }

    It 'refuses <What>' -ForEach @(
        @{ What = 'a group'; Other = { Get-PbsGroup ds1 host/alpha } }
        @{ What = 'a file'; Other = { Get-PbsSnapshotFile ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z } }
        @{ What = 'a row of a file'; Other = { Get-PbsSnapshotFile ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a catalog item'; Other = { Get-PbsCatalogItem ds1 host/alpha/2024-10-27T01:30:00Z } }
        @{ What = 'a row of a catalog item'; Other = { Get-PbsCatalogItem ds1 host/alpha/2024-10-27T01:30:00Z | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a note'; Other = { Get-PbsNote ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z } }
        @{ What = 'a row of a note'; Other = { Get-PbsNote ds1 -Snapshot host/alpha/2024-10-27T01:30:00Z | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a kept row of a plan'; Other = { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | Where-Object Keep } }
        @{ What = 'a row of a plan out of CSV'; Other = { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | ConvertTo-Csv | ConvertFrom-Csv } }
        @{ What = 'a removed row of a plan'; Other = { Get-PbsPrunePlan ds1 host/alpha -KeepLast 1 | Where-Object -Not Keep } }
        @{ What = 'a row with a column of its own'; Other = { Get-PbsSnapshot ds1 host/alpha | Select-Object *, @{ Name = 'Verdict'; Expression = { 'keep' } } } }
        @{ What = 'a row of a group'; Other = { Get-PbsGroup ds1 host/alpha | ConvertTo-Csv | ConvertFrom-Csv } }
    ) {
        $before = Get-Fingerprint $server.Store
        { & $Other | Remove-PbsSnapshot -Confirm:$false -ErrorAction Stop } | Should -Throw
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'refuses a snapshot of another datastore than the one named' {
        { Get-PbsSnapshot ds1 $old | Remove-PbsSnapshot -Datastore $Corrupt -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'DatastoreMismatch,*'
    }

    It 'refuses a snapshot that holds a folder or a link, and names it' {
        $null = New-Item -ItemType Directory (Join-Path $server.Store "$old/@eaDir")
        $null = New-Item -ItemType SymbolicLink (Join-Path $server.Store "$old/disk.fidx") -Target $server.Store
        $before = Get-Fingerprint $server.Store
        foreach ($risk in @{ WhatIf = $true }, @{ Confirm = $false }) {
            { Remove-PbsSnapshot ds1 $old @risk -ErrorAction Stop } | Should -Throw '*@eaDir" (a folder), *disk.fidx" (a symbolic link)' -ErrorId 'ForeignContent,*'
        }
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'keeps what is protected, and goes on' {
        Get-PbsSnapshot ds1 host/alpha | Remove-PbsSnapshot -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -Be 'SnapshotProtected,PbsModule.Commands.RemovePbsSnapshotCommand'
        "$(Get-PbsSnapshot ds1 host/alpha)" | Should -Be 'host/alpha/2023-03-26T00:30:00Z'
    }

    It 'changes nothing with -WhatIf, and checks all the same' {
        $before = Get-Fingerprint $server.Store
        $lines = pwsh -NoProfile -NonInteractive -Command "Import-Module '$env:PBS_TEST_MODULE'; `$null = Connect-PbsServer '$($server.Config)' -RunRoot '$($server.Run)'; Get-PbsSnapshot ds1 -BackupType vm, ct | Remove-PbsSnapshot -WhatIf"
        @($lines).Count | Should -Be 5
        { Remove-PbsSnapshot ds1 host/alpha/2023-03-26T00:30:00Z -WhatIf -ErrorAction Stop } | Should -Throw 'cannot remove protected snapshot'
        Get-Fingerprint $server.Store | Should -Be $before
    }

    It 'asks before it removes' {
        ((Get-Command Remove-PbsSnapshot).ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [System.Management.Automation.CmdletAttribute] }).ConfirmImpact | Should -Be High
    }

    It 'reports what is not there, and refuses who may not' {
        { Remove-PbsSnapshot ds1 vm/100/2020-01-01T00:00:00Z -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'SnapshotNotFound,*'
        { Remove-PbsSnapshot ds1 vm/999/2020-01-01T00:00:00Z -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        { Remove-PbsSnapshot ds1 vm/100 -Confirm:$false } | Should -Throw
        $null = Connect-PbsServer $server.Config -RunRoot $server.Run -AuthId backup@pbs
        { Remove-PbsSnapshot ds1 $old -Confirm:$false -ErrorAction Stop } | Should -Throw 'permission check failed - missing Datastore.Modify|Datastore.Prune on /datastore/ds1'
    }

    It 'wants -Force where a server''s locks cannot be seen' {
        if (Test-Path /run/proxmox-backup) { Set-ItResult -Skipped -Because 'this machine is a server'; return }
        $null = Connect-PbsServer $server.Config -RunRoot (Join-Path $TestDrive none)
        { Remove-PbsSnapshot ds1 $old -Confirm:$false -ErrorAction Stop } | Should -Throw -ErrorId 'LocksNotVisible,*'
        Remove-PbsSnapshot ds1 $old -Confirm:$false -Force
        Join-Path $server.Store $old | Should -Not -Exist
    }

    It 'completes' {
        (Get-Completion 'Remove-PbsSnapshot ds1 host/al').CompletionText | Should -Be 'host/alpha/'
        (Get-Completion 'Remove-PbsSnapshot ds1 host/alpha/2022').CompletionText | Should -Be 'host/alpha/2022-11-05T10:00:00Z'
    }
}
