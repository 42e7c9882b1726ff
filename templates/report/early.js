// Before anything is drawn: that scripts run, and the theme that was chosen last time.
document.documentElement.classList.add("script");
try {
  const theme = localStorage.getItem("argo-kedro-theme");
  if (theme === "light" || theme === "dark") document.documentElement.style.colorScheme = theme;
} catch { /* a browser may keep nothing for files: then the system's theme is the theme */ }
