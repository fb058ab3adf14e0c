Describe 'Get-PbsNamespace' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot)
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists the root and its children' { (Get-PbsNamespace ds1).Namespace | Should -Be '', 'a', 'empty-ns' }

    It 'goes down with -Recurse, pre-order, and as far as -Depth says' {
        (Get-PbsNamespace ds1 -Recurse).Namespace | Should -Be '', 'a', 'a/b', 'empty-ns'
        (Get-PbsNamespace ds1 -Depth 0).Namespace | Should -Be ''
        (Get-PbsNamespace ds1 -Recurse -Depth 1).Namespace | Should -Be '', 'a', 'empty-ns'
    }

    It 'starts where asked, by name, position, wildcard and object' {
        (Get-PbsNamespace ds1 a).Namespace | Should -Be 'a', 'a/b'
        (Get-PbsNamespace ds1 -Namespace a/b).Namespace | Should -Be 'a/b'
        (Get-PbsNamespace ds1 -Namespace a*).Namespace | Should -Be 'a', 'a/b'
        (Get-PbsNamespace ds1 | Where-Object Namespace -eq a | Get-PbsNamespace).Namespace | Should -Be 'a', 'a/b'
        (Get-PbsDatastore ds1 | Get-PbsNamespace).Count | Should -Be 3
        ('ds1' | Get-PbsNamespace).Count | Should -Be 3
        ([pscustomobject]@{ Datastore = 'ds1'; Namespace = 'a' } | Get-PbsNamespace).Namespace | Should -Be 'a', 'a/b'
    }

    It 'carries its keys' {
        $ns = Get-PbsNamespace ds1 -Namespace a/b
        $ns | Should -BeOfType PbsModule.Core.Features.Listing.NamespaceInfo
        "$ns" | Should -Be 'a/b'
        $ns.Datastore, $ns.Name, $ns.Depth | Should -Be 'ds1', 'b', 2
        ($ns | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsGroup).Count | Should -Be 2
    }

    It 'reports one that is not there and goes on; a wildcard is no error' {
        $failed = $null
        (Get-PbsNamespace ds1 -Namespace none, a/b -ErrorAction SilentlyContinue -ErrorVariable failed).Namespace | Should -Be 'a/b'
        $failed[0].FullyQualifiedErrorId | Should -Be 'NamespaceNotFound,PbsModule.Commands.GetPbsNamespaceCommand'
        Get-PbsNamespace ds1 -Namespace none* -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-PbsNamespace ds1 -Namespace 'a//b' -ErrorAction Stop } | Should -Throw -ErrorId 'NamespaceInvalid,*'
    }

    It 'completes' {
        (Get-Completion 'Get-PbsNamespace ds1 -Namespace a').CompletionText | Should -Be 'a', 'a/b'
        (Get-Completion 'Get-PbsNamespace ds1 -Namespace ').CompletionText | Should -Be "''", 'a', 'a/b', 'empty-ns'
    }
}
