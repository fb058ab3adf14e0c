Describe 'Get-PbsGroup' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the root namespace in PBS''s order' {
        Get-PbsGroup ds1 | ForEach-Object { "$_" } | Should -Be 'ct/101', 'host/alpha', 'host/enc', 'host/legacy', 'host/multi.chunk_test-1', 'host/partial', 'host/signed', 'vm/100'
    }

    It 'is the object scripts rely on' {
        $group = Get-PbsGroup ds1 host/alpha
        $group | Should -BeOfType PbsModule.Core.Features.Listing.GroupInfo
        $group.Datastore, $group.Namespace, $group.BackupType, $group.BackupId | Should -Be 'ds1', '', 'host', 'alpha'
        $group.LastBackup | Should -Be ([datetimeoffset]'2024-10-27T01:30:00Z')
        $group.BackupCount | Should -Be 5
        $group.Owner | Should -Be 'backup@pbs'
        $group.Comment | Should -Be 'Group comment first line'
        $group.Files | Should -Be 'catalog.pcat1.didx', 'home.pxar.didx', 'index.json.blob', 'root.pxar.didx'
        ($group | Get-Member -MemberType Properties).Name | Should -Not -Contain 'Store'
    }

    It 'filters by type, id, owner and comment, with wildcards and lists' {
        @(Get-PbsGroup ds1 -BackupType host).Count | Should -Be 6
        @(Get-PbsGroup ds1 -BackupType VM, ct).Count | Should -Be 2
        @(Get-PbsGroup ds1 -BackupId 10*).Count | Should -Be 2
        @(Get-PbsGroup ds1 -BackupId alpha, enc).Count | Should -Be 2
        "$(Get-PbsGroup ds1 -BackupType vm -BackupId 100)" | Should -Be 'vm/100'
        "$(Get-PbsGroup ds1 -Owner admin*)" | Should -Be 'ct/101'
        "$(Get-PbsGroup ds1 -Comment *comment*)" | Should -Be 'host/alpha'
    }

    It 'goes into namespaces' {
        Get-PbsGroup ds1 -Namespace a | ForEach-Object { "$_" } | Should -Be 'ns/a/host/beta'
        @(Get-PbsGroup ds1 -Namespace a -Recurse).Count | Should -Be 3
        @(Get-PbsGroup ds1 -Recurse).Count | Should -Be 11
        @(Get-PbsGroup ds1 -Depth 1).Count | Should -Be 9
        @(Get-PbsGroup ds1 -Namespace a*).Count | Should -Be 3
    }

    It 'takes identity texts' {
        "$(Get-PbsGroup ds1 vm/100)" | Should -Be 'vm/100'
        Get-PbsGroup ds1 -Group vm/100, ns/a/ns/b/vm/200 | ForEach-Object { "$_" } | Should -Be 'vm/100', 'ns/a/ns/b/vm/200'
        "$(Get-PbsGroup ds1 -Namespace a/b -Group vm/200)" | Should -Be 'ns/a/ns/b/vm/200'
        'vm/100', 'ct/101' | Get-PbsGroup -Datastore ds1 | ForEach-Object { "$_" } | Should -Be 'vm/100', 'ct/101'
        "$('vm/100' | Get-PbsGroup)" | Should -Be 'vm/100'
    }

    It 'takes objects and rows from the pipeline' {
        @(Get-PbsDatastore ds1 | Get-PbsGroup).Count | Should -Be 8
        @(Get-PbsNamespace ds1 -Recurse | Get-PbsGroup).Count | Should -Be 11
        "$(Get-PbsSnapshot ds1 vm/100/2024-05-05T00:00:02Z | Get-PbsGroup)" | Should -Be 'vm/100'
        $csv = Join-Path $TestDrive groups.csv
        Get-PbsGroup ds1 -Recurse | Export-Csv $csv
        Import-Csv $csv | Get-PbsGroup | ForEach-Object { "$_" } | Should -Be (Get-PbsGroup ds1 -Recurse | ForEach-Object { "$_" })
        (Import-Csv $csv)[1].Files | Should -Be 'catalog.pcat1.didx, home.pxar.didx, index.json.blob, root.pxar.didx'
    }

    It 'is whole in JSON' {
        $json = Get-PbsGroup ds1 host/alpha | ConvertTo-Json -Depth 4 -EnumsAsStrings | ConvertFrom-Json
        $json.Files.Count | Should -Be 4
        ($json | Get-PbsGroup).BackupCount | Should -Be 5
    }

    It 'reports a literal that matches nothing, and goes on; a wildcard is no error' {
        $failed = $null
        $found = Get-PbsGroup ds1 -Group vm/999, vm/100 -ErrorAction SilentlyContinue -ErrorVariable failed
        "$found" | Should -Be 'vm/100'
        $failed[0].FullyQualifiedErrorId | Should -Be 'GroupNotFound,PbsModule.Commands.GetPbsGroupCommand'
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        { Get-PbsGroup ds1 -BackupId nope -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        { Get-PbsGroup ds1 -BackupType vm -BackupId nope -ErrorAction Stop } | Should -Throw -ErrorId 'GroupNotFound,*'
        Get-PbsGroup ds1 -BackupId nope* -ErrorAction Stop | Should -BeNullOrEmpty
        Get-PbsGroup ds1 -BackupId 100 -Owner nobody* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsGroup ds1 -Namespace none -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceNotFound,*'
        { Get-PbsGroup ds1 -BackupType tape -ErrorAction Stop } | Should -Throw -ErrorId 'BackupTypeInvalid,*'
    }

    It 'hides groups without an owner as PBS does, with a warning, and shows them with -Force' {
        $warned = $null
        $groups = Get-PbsGroup $Corrupt -WarningAction SilentlyContinue -WarningVariable warned
        $groups.BackupId | Should -Not -Contain 'signed'
        "$warned" | Should -Match 'host/signed'
        (Get-PbsGroup $Corrupt -Force -WarningAction SilentlyContinue).BackupId | Should -Contain 'signed'
    }

    It 'stops early, and works in parallel runspaces without a connection' {
        @(Get-PbsGroup ds1 -Recurse | Select-Object -First 1).Count | Should -Be 1
        $count = Get-PbsGroup ds1 | ForEach-Object -Parallel { @($_ | Get-PbsGroup).Count } -ThrottleLimit 4
        ($count | Measure-Object -Sum).Sum | Should -Be 8
    }

    It 'completes ids, types, owners and identities' {
        (Get-Completion 'Get-PbsGroup ds1 -BackupId 1').CompletionText | Should -Be '101', '100'
        (Get-Completion 'Get-PbsGroup ds1 -BackupType vm -BackupId ').CompletionText | Should -Be '100'
        (Get-Completion 'Get-PbsGroup ds1 -BackupType ').CompletionText | Should -Be 'vm', 'ct', 'host'
        (Get-Completion 'Get-PbsGroup ds1 -Owner b').CompletionText | Should -Be 'backup@pbs'
        (Get-Completion 'Get-PbsGroup ds1 vm').CompletionText | Should -Be 'vm/100'
        (Get-Completion 'Get-PbsGroup ds1 ns/').CompletionText | Should -Contain 'ns/a/ns/b/vm/200'
        (Get-Completion 'Get-PbsGroup ds1 -BackupId al')[0].ToolTip | Should -Match '5 snapshots.*backup@pbs'
    }
}
