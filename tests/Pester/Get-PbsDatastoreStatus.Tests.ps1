Describe 'Get-PbsDatastoreStatus' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $null = Connect-PbsServer (New-ConfigRoot @{ ds1 = $Store; other = "$TestDrive/none" }) -RunRoot $TestDrive
    }
    AfterAll { Disconnect-PbsServer }

    It 'shows sizes and counts of all namespaces' {
        $status = Get-PbsDatastoreStatus ds1
        $status | Should -BeOfType PbsModule.Core.Features.Status.DatastoreStatus
        $status.Total | Should -BeGreaterThan 0
        $status.Used + $status.Available | Should -BeLessOrEqual $status.Total
        $status.Counts.Vm.Groups, $status.Counts.Vm.Snapshots | Should -Be 2, 3
        $status.Counts.Ct.Groups, $status.Counts.Ct.Snapshots | Should -Be 2, 4
        $status.Counts.Groups, $status.Counts.Snapshots | Should -Be 11, 26
        $status.LastGarbageCollection | Should -BeNullOrEmpty
        $status.MaintenanceMode | Should -BeNullOrEmpty
    }

    It 'takes paths, objects, rows and several' {
        (Get-PbsDatastoreStatus $Store).Datastore | Should -Be $Store
        (Get-PbsDatastore ds1 | Get-PbsDatastoreStatus).Counts.Groups | Should -Be 11
        (Get-PbsGroup ds1 vm/100 | Get-PbsDatastoreStatus).Datastore | Should -Be 'ds1'
        @(Get-PbsDatastoreStatus ds1, ds1).Count | Should -Be 2
        (Get-PbsDatastore ds1 | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsDatastoreStatus).Datastore | Should -Be 'ds1'
    }

    It 'reports a store that is not there and goes on' {
        $failed = $null
        (Get-PbsDatastoreStatus other, ds1 -ErrorAction SilentlyContinue -ErrorVariable failed).Datastore | Should -Be 'ds1'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'Datastore*,PbsModule.Commands.GetPbsDatastoreStatusCommand'
    }

    It 'is whole in JSON' {
        (Get-PbsDatastoreStatus ds1 | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Counts.Host.Snapshots | Should -Be 19
    }

    It 'reads as a table' {
        $text = Get-PbsDatastoreStatus ds1 | Out-String -Width 120
        $text | Should -Match 'Snapshots'
        $text | Should -Match '\d iB|[KMGT]iB'
    }

    It 'completes names' { (Get-Completion 'Get-PbsDatastoreStatus d').CompletionText | Should -Be 'ds1' }
}
