Describe 'Disconnect-PbsServer' {
    BeforeAll {
        . $PSScriptRoot/TestSupport.ps1
        $config = New-ConfigRoot
    }

    It 'forgets the connection and says nothing' {
        $null = Connect-PbsServer $config
        Disconnect-PbsServer | Should -BeNullOrEmpty
        (Get-PbsConnection)?.ConfigRoot | Should -Not -Be $config
    }

    It 'is no error without a connection' {
        { Disconnect-PbsServer -ErrorAction Stop } | Should -Not -Throw
    }

    It 'ends the use of objects that were found before' {
        $null = Connect-PbsServer $config
        $group = Get-PbsGroup ds1 vm/100
        Disconnect-PbsServer
        { $group | Get-PbsSnapshot -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionClosed,*'
    }
}
