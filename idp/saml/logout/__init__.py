"""Single logout: messages taken and made, who has to be told, and how the browser goes round."""
