resource "example" "web" {
  hosts  = ["10.0.0.1"]
  ready  = true
  health {
    path = "/healthz"
  }
}
forward {
  loop = 1
}
