Describe 'Get-PbsRemote' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
        $null = New-JobRoot $config
        $null = Connect-PbsServer $config
    }
    AfterAll { Disconnect-PbsServer }

    It 'lists remotes and never a secret' {
        $remote = Get-PbsRemote
        $remote | Should -BeOfType PbsModule.Core.Features.Jobs.RemoteInfo
        "$remote" | Should -Be 'offsite'
        $remote.Host, $remote.Port, $remote.AuthId | Should -Be 'pbs.example.com', 8008, 'sync@pbs!pull'
        ($remote | ConvertTo-Json -Depth 5) + ($remote | Format-List * | Out-String) | Should -Not -Match 'c2VjcmV0|secret'
    }

    It 'filters, takes names from the pipeline, and completes' {
        @(Get-PbsRemote off*).Count | Should -Be 1
        ('offsite' | Get-PbsRemote).Remote | Should -Be 'offsite'
        (Get-PbsJob from-offsite | Get-PbsRemote).Remote | Should -Be 'offsite'
        (Get-PbsRemote | ConvertTo-Csv | ConvertFrom-Csv | Get-PbsRemote).Remote | Should -Be 'offsite'
        (Get-Completion 'Get-PbsRemote of').CompletionText | Should -Be 'offsite'
    }

    It 'reports a remote that is not there; a wildcard is no error' {
        { Get-PbsRemote nowhere -ErrorAction Stop } | Should -Throw "no such remote 'nowhere'" -ErrorId 'RemoteNotFound,*'
        Get-PbsRemote nowhere* -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'lists nothing where there is no remote.cfg' {
        try {
            $null = Connect-PbsServer (New-ConfigRoot)
            Get-PbsRemote -ErrorAction Stop | Should -BeNullOrEmpty
        }
        finally { $null = Connect-PbsServer $config }
    }
}
